"""Reading rows of a matrix that may be a memory-mapped file larger than the memory.

A page that was read stays mapped, and counts as this process's memory, until the system runs short of memory
altogether. Reading a few scattered rows maps the pages around each as well, so a long reading of a 10 GB file soon
holds all of it. What is read through here is given back as soon as it is copied; the system's own cache keeps it, so
that reading it again costs no disk.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visualtaste.types import Int64

_ROWS_AT_ONCE = 2048  # the system maps 64 KB around each, or more: some 128 MB
_THREADS = 8  # a thread waits for one page at a time, and disks answer many questions at once
_ROWS_A_THREAD = 64  # for fewer, starting a thread costs more than it saves
_SCATTERED = 8  # rows further apart than this on average


def take(matrix: NDArray[Any], rows: Int64) -> NDArray[Any]:
    """A copy of the given rows (n, K), in their order; of a mapped file nothing stays in this process's memory."""
    file = _file_of(matrix)
    if file is None:
        return matrix[rows]
    stray = rows[(rows < 0) | (rows >= len(matrix))]
    if len(stray):
        raise IndexError(f"row {stray[0]} does not exist: there are {len(matrix)} rows")
    plain = np.asarray(matrix)
    taken = np.empty((len(rows), *matrix.shape[1:]), dtype=matrix.dtype)
    # around a scattered row nothing else is wanted: reading on there would be waste
    _advise(file, "MADV_RANDOM" if len(rows) and np.ptp(rows) > _SCATTERED * len(rows) else "MADV_NORMAL")

    def copy(part: slice) -> None:
        # "clip" copies straight to its place, where "raise" goes through a second copy
        plain.take(rows[part], axis=0, out=taken[part], mode="clip")

    with ThreadPoolExecutor(min(_THREADS, len(rows) // _ROWS_A_THREAD + 1)) as pool:
        for some in _parts(slice(0, len(rows)), _ROWS_AT_ONCE):
            list(pool.map(copy, _parts(some, max(_ROWS_A_THREAD, -(-(some.stop - some.start) // _THREADS)))))
            _give_back(file)
    return taken


def chunks(matrix: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """The matrix from its first row to its last, a few at a time; each is gone when the next one is asked for."""
    file = _file_of(matrix)
    if file is not None:
        _advise(file, "MADV_SEQUENTIAL")
    for part in _parts(slice(0, len(matrix)), _ROWS_AT_ONCE):
        yield matrix[part]
        if file is not None:
            _give_back(file)


def _parts(whole: slice, size: int) -> Iterator[slice]:
    return (slice(start, min(start + size, whole.stop)) for start in range(whole.start, whole.stop, size))


def _file_of(matrix: NDArray[Any]) -> mmap.mmap | None:
    """The mapped file that an array is a view of, None for one in memory or of a file that is written through it."""
    base: Any = matrix
    while isinstance(base, np.ndarray):
        if base.flags.writeable:
            return None
        base = base.base
    return base if isinstance(base, mmap.mmap) else None


def _give_back(file: mmap.mmap) -> None:
    _advise(file, "MADV_DONTNEED")


def _advise(file: mmap.mmap, advice: str) -> None:
    if hasattr(mmap, advice):  # not on every system
        file.madvise(getattr(mmap, advice))
