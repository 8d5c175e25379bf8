"""Extraction: the features of every item of a data set, each computed once."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.filesize import decimal

from visualtaste.errors import DataError, InUseError
from visualtaste.features.encoder import OnnxEncoder
from visualtaste.features.encoding import Encode, encode_here
from visualtaste.features.store import FeatureStore, StoreInfo
from visualtaste.features.turn import in_turn
from visualtaste.files import digest_text
from visualtaste.progress import Reporter, Silent, Task

if TYPE_CHECKING:  # data sets are read with polars, which extraction itself does not need
    from visualtaste.data.dataset import Dataset

_UNLISTED = "unlisted"  # unusable by its mark, but failures.jsonl was lost


@dataclass(frozen=True, eq=False)
class Extraction:
    """A complete feature store and what was left out of it."""

    store: FeatureStore
    skipped: dict[str, int]  # photos that cannot be used, counted by reason

    @classmethod
    def of(cls, store: FeatureStore) -> Extraction:
        """What a store holds when nothing is left to do."""
        skipped = Counter(failure["reason"] for failure in store.failures)
        skipped[_UNLISTED] = int(store.unusable.sum()) - skipped.total()
        return cls(store, dict(+skipped))

    @property
    def summary(self) -> str:
        """One line for people."""
        done = int(self.store.done.sum())
        skipped = ", ".join(f"{count} {reason}" for reason, count in sorted(self.skipped.items()))
        return f"features of {done:,} items" + (f", skipped: {skipped}" if skipped else "")


def store_of(dataset: Dataset, encoder: OnnxEncoder, folder: Path | None = None) -> FeatureStore:
    """The store of a data set's features by an encoder, made when there is none.

    It lies in `folder`, by default in `features/` of the data set, in a subfolder named by the encoder and the items,
    so that features of different encoders live side by side.
    """
    info = StoreInfo(
        encoder=encoder.key, items=dataset.items_digest, rows=dataset.item_count, feature_size=encoder.feature_size
    )
    name = digest_text(info.encoder, info.items)[:16]
    return FeatureStore.open((folder or dataset.folder / "features") / name, info)


def extract(
    dataset: Dataset,
    encoder: OnnxEncoder,
    folder: Path | None = None,
    retry: bool = False,
    reporter: Reporter | None = None,
    encode: Encode = encode_here,
) -> Extraction:
    """Compute the features that are missing in the data set's store (see `store_of`) and return the whole.

    Killed and started again, it computes exactly the rows that are missing. While another process writes the same
    store it waits, and then computes what that one left. Photos that cannot be read are skipped, counted and listed
    in `failures.jsonl`; `retry` tries them again. `encode` computes the features, here or elsewhere.

    Raises DataError when no photo at all can be used.
    """
    reporter = reporter or Silent()
    store = store_of(dataset, encoder, folder)
    if retry or len(store.to_do):
        with _turn(store, reporter):
            if retry:
                store.reset_failures()
            _extract_missing(dataset, encoder, store, reporter, encode)
    if not store.done.any():
        raise DataError(f"{dataset.folder}: none of the {store.info.rows} items has a usable photo, see {store.folder}")
    return Extraction.of(store)


def _extract_missing(
    dataset: Dataset, encoder: OnnxEncoder, store: FeatureStore, reporter: Reporter, encode: Encode
) -> None:
    rows = store.to_do
    if len(rows) == 0:
        return
    _say_if_too_large(store, len(rows), reporter)
    item_ids = dataset.item_column("item_id")
    with reporter.task("Extracting features", total=store.info.rows, done=store.info.rows - len(rows)) as task:
        for batch in encode(dataset.image_paths, rows, encoder):
            if len(batch.rows):
                store.put(batch.rows, batch.features)
            if batch.failures:
                store.put_failures(batch.failures, {row: item_ids[row] for row in batch.failures})
            task.advance(len(batch.rows) + len(batch.failures))


@contextmanager
def _turn(store: FeatureStore, reporter: Reporter) -> Iterator[None]:
    """Hold the store for writing; while another process does, wait and show how far it is."""
    left = len(store.to_do)
    task: Task | None = None
    with ExitStack() as waiting:

        def show(error: InUseError) -> None:
            nonlocal left, task
            if task is None:
                reporter.say(f"Waiting for another extraction: {error}")
                job = reporter.task("Extracted by another process", total=store.info.rows, done=store.info.rows - left)
                task = waiting.enter_context(job)
            before, left = left, len(store.to_do)
            if before != left:
                task.advance(before - left)

        with in_turn(store.writing, show):
            waiting.close()
            yield


def _say_if_too_large(store: FeatureStore, rows: int, reporter: Reporter) -> None:
    """Hours of extraction should not be the first to find out that the disk is too small."""
    needed, free = 2 * store.info.feature_size * rows, shutil.disk_usage(store.folder).free
    if needed > free:
        reporter.say(f"{store.folder} will take {decimal(needed)} more, but only {decimal(free)} are free")
