"""Laws of the feature store: a kill at any call to the system loses no finished row and leaves no false one."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from unittest import mock

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from visualtaste.errors import ImageError
from visualtaste.features import row_file
from visualtaste.features.store import FeatureStore, StoreInfo

ROWS, SIZE = 6, 3
INFO = StoreInfo(encoder="e", items="i", rows=ROWS, feature_size=SIZE)
IDS = [f"item {row}" for row in range(ROWS)]
BATCHES = st.lists(
    st.tuples(st.booleans(), st.lists(st.integers(0, ROWS - 1), min_size=1, max_size=4, unique=True)), max_size=6
)


class Killed(BaseException):
    """The process ends here."""


def features_of(rows: list[int]) -> np.ndarray:
    """What the encoder makes of rows: never zero."""
    return np.array([[100 * row + column + 1 for column in range(SIZE)] for row in rows], np.float32).reshape(-1, SIZE)


def write(store: FeatureStore, batches: list[tuple[bool, list[int]]]) -> None:
    for readable, rows in batches:
        if readable:
            store.put(np.array(rows, dtype=np.int64), features_of(rows))
        else:
            store.put_failures({row: ImageError(f"bad {row}", reason="empty") for row in rows}, IDS)


def check(store: FeatureStore) -> None:
    done = np.flatnonzero(store.done)
    np.testing.assert_array_equal(store.rows(done), features_of(done.tolist()))
    assert sorted([*done, *store.to_do, *np.flatnonzero(store.unusable)]) == list(range(ROWS))
    assert sorted(failure["row"] for failure in store.failures) == np.flatnonzero(store.unusable).tolist()


@settings(deadline=None)  # the disk's time
@given(BATCHES)
def test_any_order_of_rows_gives_the_same_store(batches: list[tuple[bool, list[int]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = FeatureStore.open(Path(folder) / "store", INFO)
        write(store, batches)
        last = {row: readable for readable, rows in batches for row in rows}
        assert np.flatnonzero(store.done).tolist() == sorted(row for row, readable in last.items() if readable)
        check(store)
        check(FeatureStore.open(Path(folder) / "store", INFO))


@settings(deadline=None)  # the disk's time
@given(BATCHES, st.integers(0, 30), st.integers(0, 2 * SIZE))
def test_a_kill_anywhere_leaves_a_sound_store_that_goes_on(
    batches: list[tuple[bool, list[int]]], calls: int, written: int
) -> None:
    """After `calls` calls to the system the next one does part of its work, and nothing follows it."""
    left = calls
    pwrite = os.pwrite

    def count() -> bool:
        nonlocal left
        left -= 1
        return left < 0

    def killed_pwrite(descriptor: int, content: memoryview, position: int) -> int:
        if count():
            pwrite(descriptor, content[:written], position)
            raise Killed
        return pwrite(descriptor, content, position)

    def killed_sync(descriptor: int) -> None:
        if count():
            raise Killed

    def killed_append(descriptor: int) -> None:
        if count():
            os.ftruncate(descriptor, max(0, os.fstat(descriptor).st_size - written))
            raise Killed

    with tempfile.TemporaryDirectory() as folder:
        store = FeatureStore.open(Path(folder) / "store", INFO)
        with (
            mock.patch.object(os, "pwrite", killed_pwrite),
            mock.patch.object(row_file, "_sync", killed_sync),
            mock.patch.object(os, "fsync", killed_append),
            contextlib.suppress(Killed),
        ):
            write(store, batches)
        again = FeatureStore.open(Path(folder) / "store", INFO)
        check(again)
        write(again, [(True, again.to_do.tolist())])
        assert len(again.to_do) == 0
        check(again)
