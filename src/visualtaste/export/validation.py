"""F1@15 of a model's validation users with features of another encoder in the place of the model's own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visualtaste.data.dataset import Dataset
from visualtaste.data.protocols import ask
from visualtaste.errors import DataError
from visualtaste.features.encoder import OnnxEncoder
from visualtaste.features.encoding import encode_here
from visualtaste.inference.taste_model import TasteModel
from visualtaste.metrics.ranking import score_users
from visualtaste.progress import Reporter, Task
from visualtaste.types import Bool, Int64, Ragged

K = 15


@dataclass(frozen=True)
class ValidationF1:
    """F1@15, averaged over the users that can be asked."""

    users: int
    before: float  # with the model's own encoder
    after: float  # with the other one

    @property
    def fall(self) -> float:
        """How much is lost."""
        return self.before - self.after


def compare_f1(
    model: TasteModel, other: OnnxEncoder, dataset: Dataset, users: Int64, reporter: Reporter
) -> ValidationF1:
    """Ask `users` (rows of `Dataset.user_ids`) what the model was taught, once with each encoder's features.

    Left out are users without a usable photo or with nothing to predict. Raises DataError when nobody is left.
    """
    everything = dataset.user_items.take(users)
    rows = np.unique(everything.values)
    with reporter.task(f"F1@{K} of validation users", total=2 * len(rows)) as task:
        before, usable = _features(model.encoder, dataset, rows, task)
        after, _ = _features(other, dataset, rows, task)
    sets = _nonempty(Ragged(np.searchsorted(rows, everything.values), everything.offsets), usable)
    categories = len(model.categories)
    labels = dataset.labels(model.categories).take(rows)
    questions = ask(model.manifest.protocol, sets, labels, categories)
    asked = np.flatnonzero(questions.target.any(axis=1))
    if len(asked) == 0:
        raise DataError(
            f"{dataset.folder}: none of {len(users)} validation users has photos and something to predict, so what "
            f"int8 loses cannot be measured"
        )
    shown, target = questions.shown.take(asked), questions.target[asked]
    scores = [
        score_users(model.predict(shown, features).probabilities, target, ks=(K,)).f1.mean()
        for features in (before, after)
    ]
    return ValidationF1(len(asked), *map(float, scores))


def _features(encoder: OnnxEncoder, dataset: Dataset, rows: Int64, task: Task) -> tuple[NDArray[np.float16], Bool]:
    """Features of the items in `rows` (n, K) as a store holds them, and which of them have a photo that can be used."""
    features = np.zeros((len(rows), encoder.feature_size), dtype=np.float16)
    usable = np.zeros(len(rows), dtype=np.bool_)
    for batch in encode_here(dataset.image_paths, rows, encoder):
        places = np.searchsorted(rows, batch.rows)
        features[places], usable[places] = batch.features, True
        task.advance(len(batch.rows) + len(batch.failures))
    return features, usable


def _nonempty(sets: Ragged, usable: Bool) -> Ragged:
    sets = sets.keep(usable[sets.values])
    return sets.take(np.flatnonzero(sets.lengths))
