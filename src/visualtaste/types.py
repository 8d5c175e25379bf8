"""The shapes of everything, stated once, and the ragged array that carries sets.

Legend, used in shape comments everywhere:

    U   users in a batch              T   photos of all those users together
    K   features of one photo         D   categories
    N   items of a dataset            B   images in a batch
    S   image side in pixels

One user's set is an array (n, K). A batch of users is `values (T, K)` with `offsets (U+1,)`: user u owns
rows offsets[u]:offsets[u+1], as in Arrow and CSR. Nothing is padded, so nothing needs a mask and cost grows
with the number of photos instead of with the longest user.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visualtaste.errors import DataError

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]
UInt8 = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Ragged:
    """Rows of different lengths laid end to end: `values (T, ...)` and `offsets (U+1,)`."""

    values: NDArray[Any]
    offsets: Int64

    def __post_init__(self) -> None:
        offsets = self.offsets
        if offsets.ndim != 1 or len(offsets) == 0 or offsets[0] != 0 or offsets[-1] != len(self.values):
            raise DataError(f"offsets must run from 0 to the number of values {len(self.values)}, not {offsets}")
        if np.any(np.diff(offsets) < 0):
            raise DataError("offsets must not fall")

    @classmethod
    def from_rows(cls, rows: Sequence[NDArray[Any]] | Sequence[Sequence[int]], dtype: Any = np.int64) -> Ragged:
        """Lay the given rows end to end."""
        arrays = [np.asarray(row, dtype=dtype) for row in rows]
        values = np.concatenate(arrays) if arrays else np.empty(0, dtype=dtype)
        return cls(values, offsets_of(np.array([len(array) for array in arrays], dtype=np.int64)))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, row: int) -> NDArray[Any]:
        if not 0 <= row < len(self):
            raise IndexError(row)
        return self.values[self.offsets[row] : self.offsets[row + 1]]

    def __iter__(self) -> Iterator[NDArray[Any]]:
        return (self[row] for row in range(len(self)))

    @property
    def lengths(self) -> Int64:
        """Number of values of each row (U,)."""
        return np.diff(self.offsets)

    @property
    def segments(self) -> Int64:
        """The row that each value belongs to (T,)."""
        return np.repeat(np.arange(len(self), dtype=np.int64), self.lengths)

    def take(self, rows: Int64) -> Ragged:
        """The given rows, in the given order, as a ragged array of their own."""
        lengths = self.offsets[rows + 1] - self.offsets[rows]  # not of all rows: few of a million may be asked for
        offsets = offsets_of(lengths)
        # position inside the new values, shifted to where its row starts in the old ones
        source = np.arange(offsets[-1]) + np.repeat(self.offsets[rows] - offsets[:-1], lengths)
        return Ragged(self.values[source], offsets)

    def keep(self, kept: Bool) -> Ragged:
        """The values that are to be kept (T,), in rows as before; a row may become empty."""
        lengths = np.bincount(self.segments[kept], minlength=len(self)).astype(np.int64)
        return Ragged(self.values[kept], offsets_of(lengths))

    def multi_hot(self, width: int) -> Bool:
        """Rows of indices as a dense boolean matrix (U, width)."""
        dense = np.zeros((len(self), width), dtype=np.bool_)
        dense[self.segments, self.values] = True
        return dense


def offsets_of(lengths: Int64) -> Int64:
    """Offsets (U+1,) of rows with the given lengths (U,)."""
    offsets = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets
