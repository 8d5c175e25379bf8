"""The photos of a data set that an export is calibrated on and checked with; never those of test users alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from visualtaste.data.dataset import Dataset
from visualtaste.data.splits import split_users
from visualtaste.errors import DataError
from visualtaste.features.photos import load_batches
from visualtaste.inference.taste_model import TasteModel
from visualtaste.seeding import generator
from visualtaste.types import Int64, UInt8

CALIBRATION = 256
COMPARISON = 256
USERS = 1000  # validation users who are asked; of more, a sample

_FEWEST = 8  # photos with which a range can be measured at all
_BATCH = 32
_TRIES = 4  # photos that are tried for one that is wanted, where many cannot be read


@dataclass(frozen=True, eq=False)
class ExportPhotos:
    """Which rows of a data set's items serve what, drawn by the seed of the model's training."""

    calibration: Int64  # items of training users, in the order in which they are tried
    comparison: Int64  # others of training and validation users, likewise
    validation_users: Int64  # rows of Dataset.user_ids, at most `USERS`

    @classmethod
    def of(cls, model: TasteModel, dataset: Dataset) -> ExportPhotos:
        """Raises DataError when no category of the data set is the model's, or nobody can train, validate or test."""
        model.check_categories(dataset)
        seed = model.manifest.config.seed
        split = split_users(dataset.user_ids, model.manifest.split)
        if len(split.validation) == 0:
            raise DataError(
                f"{dataset.folder}: none of its {len(dataset.user_ids)} users is one for validation, so what an export "
                "loses cannot be measured"
            )
        train = np.unique(dataset.user_items.take(split.learners).values)
        train = generator(seed, "export", "calibration").permutation(train)
        calibration = train[: _TRIES * CALIBRATION]
        if len(train) < 2 * len(calibration):  # a small data set has to serve both
            calibration = train[: (len(train) + 1) // 2]
        validation = np.unique(dataset.user_items.take(split.validation).values)
        others = np.setdiff1d(np.union1d(train, validation), calibration)
        others = generator(seed, "export", "comparison").permutation(others)
        users = split.validation
        if len(users) > USERS:
            users = np.sort(generator(seed, "export", "users").permutation(users)[:USERS])
        return cls(calibration, others[: _TRIES * COMPARISON], users)


def read_photos(dataset: Dataset, rows: Int64, wanted: int, model: TasteModel) -> UInt8:
    """The first `wanted` of the items' photos that can be read, preprocessed, (n, S, S, 3).

    Raises DataError when too few of them can.
    """
    read: list[UInt8] = []
    found = 0
    for batch in load_batches(dataset.image_paths, rows, model.manifest.preprocessing, _BATCH):
        read.append(batch.pixels)
        found += len(batch.rows)
        if found >= wanted:
            break
    if found < _FEWEST:
        raise DataError(
            f"{dataset.folder}: {found} of {len(rows)} photos can be read, and {_FEWEST} are the least to check with"
        )
    return np.concatenate(read)[:wanted]
