"""Reading rows of a matrix that may be a memory-mapped file larger than the memory.

A page that was read stays mapped, and counts as this process's memory, until the system runs short of memory
altogether. Reading a few scattered rows maps the pages around each as well, so a long reading of a 10 GB file soon
holds all of it. What is read through here is given back as soon as it is copied; the system's own cache keeps it, so
that reading it again costs no disk.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visualtaste.types import Int64

_ROWS_AT_ONCE = 4096  # the system maps 64 KB around each: 256 MB


def take(matrix: NDArray[Any], rows: Int64) -> NDArray[Any]:
    """A copy of the given rows (n, K), in their order; of a mapped file nothing stays in this process's memory."""
    file = _file_of(matrix)
    if file is None:
        return matrix[rows]
    plain = np.asarray(matrix)
    taken = np.empty((len(rows), *matrix.shape[1:]), dtype=matrix.dtype)
    for part in _parts(len(rows)):
        # "clip" copies straight to its place, where "raise" goes through a second copy; rows are checked below
        plain.take(_checked(rows[part], len(matrix)), axis=0, out=taken[part], mode="clip")
        _give_back(file)
    return taken


def chunks(matrix: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """The matrix from its first row to its last, a few at a time; each is gone when the next one is asked for."""
    file = _file_of(matrix)
    for part in _parts(len(matrix)):
        yield matrix[part]
        if file is not None:
            _give_back(file)


def _parts(count: int) -> Iterator[slice]:
    return (slice(start, start + _ROWS_AT_ONCE) for start in range(0, count, _ROWS_AT_ONCE))


def _checked(rows: Int64, count: int) -> Int64:
    stray = rows[(rows < 0) | (rows >= count)]
    if len(stray):
        raise IndexError(f"row {stray[0]} does not exist: there are {count} rows")
    return rows


def _file_of(matrix: NDArray[Any]) -> mmap.mmap | None:
    """The mapped file that an array is a view of, None for one in memory or of a file that is written through it."""
    base: Any = matrix
    while isinstance(base, np.ndarray):
        if base.flags.writeable:
            return None
        base = base.base
    return base if isinstance(base, mmap.mmap) else None


def _give_back(file: mmap.mmap) -> None:
    if hasattr(mmap, "MADV_DONTNEED"):
        file.madvise(mmap.MADV_DONTNEED)
