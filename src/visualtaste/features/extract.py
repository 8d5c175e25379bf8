"""Extraction: the features of every item of a data set, each computed once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from visualtaste.errors import DataError
from visualtaste.features.encoder import OnnxEncoder
from visualtaste.features.photos import load_batches
from visualtaste.features.store import FeatureStore, StoreInfo
from visualtaste.files import digest_text
from visualtaste.progress import Reporter, Silent

if TYPE_CHECKING:  # data sets are read with polars, which extraction itself does not need
    from visualtaste.data.dataset import Dataset

_BATCH = 64


@dataclass(frozen=True, eq=False)
class Extraction:
    """A complete feature store and what was left out of it."""

    store: FeatureStore
    skipped: dict[str, int]  # photos that cannot be used, counted by reason

    @property
    def summary(self) -> str:
        """One line for people."""
        done = int(self.store.done.sum())
        skipped = ", ".join(f"{count} {reason}" for reason, count in sorted(self.skipped.items()))
        return f"features of {done:,} items" + (f", skipped: {skipped}" if skipped else "")


def extract(
    dataset: Dataset,
    encoder: OnnxEncoder,
    folder: Path | None = None,
    retry: bool = False,
    reporter: Reporter | None = None,
) -> Extraction:
    """Compute the features that are missing in the data set's store and return the whole.

    The store lies in `folder`, by default in `features/` of the data set, in a subfolder named by the encoder and
    the items, so that features of different encoders live side by side. Killed and started again, it goes on at
    the first missing batch. Photos that cannot be read are skipped, counted and listed in `failures.jsonl`;
    `retry` tries them again.

    Raises DataError when no photo at all can be used.
    """
    reporter = reporter or Silent()
    item_ids = dataset.items["item_id"].to_list()
    images = dataset.items["image"].to_list()
    info = StoreInfo(
        encoder=encoder.key,
        items=digest_text(*item_ids, *(image or "" for image in images)),
        rows=len(item_ids),
        feature_size=encoder.feature_size,
    )
    name = digest_text(info.encoder, info.items)[:16]
    store = FeatureStore.open((folder or dataset.folder / "features") / name, info)
    if retry:
        store.reset_failures()

    rows = store.to_do
    if len(rows):
        paths = [dataset.image_path(row) for row in range(len(item_ids))]
        with reporter.task("Extracting features", total=len(paths), done=len(paths) - len(rows)) as task:
            for batch in load_batches(paths, rows, encoder.spec, _BATCH):
                if len(batch.rows):
                    store.put(batch.rows, encoder.encode(batch.pixels))
                if batch.failures:
                    store.put_failures(batch.failures, item_ids)
                task.advance(len(batch.rows) + len(batch.failures))
    if not store.done.any():
        raise DataError(f"{dataset.folder}: none of the {len(item_ids)} items has a usable photo, see {store.folder}")
    return Extraction(store, dict(Counter(str(failure["reason"]) for failure in store.failures)))
