"""Features of a data set's items on disk: one float16 row an item, memory-mapped, resumable.

features.f16    (N, K) little-endian float16
state.u8        (N,) 0 = to do, 1 = done, 2 = photo unusable
failures.jsonl  one line for each unusable photo: row, item, reason, message
store.json      what the rows are features of, and by which encoder
lock            held by the one process that writes

Any process may read at any time: a row is marked done only when its features are on the disk.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visualtaste.errors import DataError, ImageError
from visualtaste.features.failures import Failure, FailureLog
from visualtaste.features.mapped import take
from visualtaste.features.row_file import RowFile
from visualtaste.features.store_info import StoreInfo, make
from visualtaste.features.turn import in_turn
from visualtaste.locks import exclusive
from visualtaste.types import Bool, Float32, Int64, Ragged

__all__ = ["FeatureStore", "StoreInfo"]

TO_DO, DONE, UNUSABLE = 0, 1, 2


@dataclass(frozen=True, eq=False)
class _Writing:
    """The files of a store while this process writes."""

    features: RowFile
    state: RowFile

    def mark(self, rows: Int64, state: int) -> None:
        self.state.write(rows, np.full(len(rows), state, dtype=np.uint8))


class FeatureStore:
    """Features (N, K) of all items; rows that are not done are zero."""

    def __init__(self, folder: Path, info: StoreInfo) -> None:
        self.folder = folder
        self.info = info
        for name, size in info.sizes.items():
            found = (folder / name).stat().st_size if (folder / name).exists() else 0
            if found != size:  # NumPy would fill a file that was cut off with zeros and say nothing
                raise DataError(f"{folder / name} has {found} bytes, not {size}: delete the folder and extract again")
        self.matrix: NDArray[np.float16] = np.memmap(
            folder / "features.f16", np.dtype("<f2"), "r", shape=(info.rows, info.feature_size)
        )
        self._state: NDArray[np.uint8] = np.memmap(folder / "state.u8", np.uint8, "r", shape=(info.rows,))
        stray = self._state[self._state > UNUSABLE]
        if len(stray):  # such a row would never be extracted, and nobody would be told
            raise DataError(f"{folder / 'state.u8'} holds {stray[0]}, not 0 to 2: delete the folder and extract again")
        self._log = FailureLog(folder / "failures.jsonl")
        self._held: _Writing | None = None

    @classmethod
    def open(cls, folder: Path, info: StoreInfo) -> FeatureStore:
        """Open the store, making it when there is none.

        Raises DataError when the folder holds features of other items or of another encoder.
        """
        manifest = folder / "store.json"
        if not manifest.exists():
            with in_turn(lambda: exclusive(folder / "lock")):
                if not manifest.exists():  # nobody else made it before the lock was had
                    make(folder, info)
        info.check_same(manifest)
        return cls(folder, info)

    @contextmanager
    def writing(self) -> Iterator[_Writing]:
        """Hold the store for writing; within it, and in its `put`s, the store is not asked for again.

        Raises InUseError, at once, while another process writes; see `turn.in_turn` for how to wait.
        """
        if self._held is not None:
            yield self._held
            return
        with (
            exclusive(self.folder / "lock"),
            closing(RowFile(self.folder / "features.f16", 2 * self.info.feature_size)) as features,
            closing(RowFile(self.folder / "state.u8", 1)) as state,
        ):
            self._held = _Writing(features, state)
            try:
                yield self._held
            finally:
                self._held = None

    def put(self, rows: Int64, features: Float32) -> None:
        """Write features (n, K) of `rows` (n,), then mark them done.

        When this returns, the features are on the disk; on it they are in time before their marks, whatever ends the
        process or the machine. Waiting for the disk costs the same for one row as for thousands: give many at once.

        Raises DataError when rows or shape do not fit, InUseError when another process is writing, and OSError
        naming the file when the disk is full: nothing is marked then.
        """
        self._check_rows(rows)
        if features.shape != (len(rows), self.info.feature_size):
            raise DataError(f"{self.folder}: features are {features.shape}, not {(len(rows), self.info.feature_size)}")
        with self.writing() as files:
            files.features.write(rows, features.astype("<f2"))
            files.features.sync()
            files.mark(rows, DONE)

    def put_failures(self, failures: Mapping[int, ImageError], item_ids: Sequence[str] | Mapping[int, str]) -> None:
        """Record photos that cannot be used; raises as `put` does."""
        rows = np.fromiter(failures, dtype=np.int64, count=len(failures))
        self._check_rows(rows)
        with self.writing() as files:
            self._log.append(
                {"row": int(row), "item_id": item_ids[row], "reason": error.reason, "message": str(error)}
                for row, error in failures.items()
            )
            files.mark(rows, UNUSABLE)

    def reset_failures(self) -> None:
        """Give unusable photos another chance at the next extraction."""
        with self.writing() as files:
            files.mark(np.flatnonzero(self.unusable), TO_DO)
            files.state.sync()
            self._log.clear()

    @property
    def done(self) -> Bool:
        """Which rows hold features (N,)."""
        done: Bool = self._state == DONE
        return done

    @property
    def to_do(self) -> Int64:
        """Rows that were never tried."""
        return np.flatnonzero(self._state == TO_DO)

    @property
    def unusable(self) -> Bool:
        """Which rows have a photo that cannot be used (N,)."""
        unusable: Bool = self._state == UNUSABLE
        return unusable

    @property
    def failures(self) -> Iterator[Failure]:
        """The unusable photos, read as they are asked for: the last record of each row that is still unusable."""
        last = np.full(self.info.rows, -1, dtype=np.int64)
        for number, record in self._records():
            last[record["row"]] = number
        last[~self.unusable] = -1  # tried again since, or killed before the mark
        return (record for number, record in self._records() if last[record["row"]] == number)

    def rows(self, rows: Int64) -> Float32:
        """Features (n, K) of the given rows; raises DataError when one of them is not done."""
        missing = rows[self._state[rows] != DONE]
        if len(missing):
            raise DataError(f"{self.folder}: row {missing[0]} has no features: run `visualtaste extract`")
        return take(self.matrix, rows).astype(np.float32)

    def usable(self, sets: Ragged) -> Ragged:
        """Sets of rows (U, ·) without the rows that have no features; a set may become empty."""
        return sets.keep(self.done[sets.values])

    def nonempty(self, sets: Ragged) -> tuple[Int64, Ragged]:
        """The sets (rows of them, and what `usable` leaves of them) that keep at least one row."""
        sets = self.usable(sets)
        kept = np.flatnonzero(sets.lengths > 0)
        return kept, sets.take(kept)

    def _records(self) -> Iterator[tuple[int, Failure]]:
        """The numbered records of rows that exist."""
        return ((n, record) for n, record in enumerate(self._log) if 0 <= record["row"] < self.info.rows)

    def _check_rows(self, rows: Int64) -> None:
        stray = rows[(rows < 0) | (rows >= self.info.rows)]  # written there, they would lengthen the files
        if len(stray):
            raise DataError(f"{self.folder}: row {stray[0]} does not exist: there are {self.info.rows} rows")
