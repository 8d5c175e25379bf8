"""Reading rows of a matrix that may be a memory-mapped file larger than the memory.

A page that is touched through a map stays with this process, and newer systems map up to 2 MB around it as well: some
thousand scattered rows of a 10 GB file are gigabytes of memory, and mapping and unmapping those takes far longer than
copying the rows. So scattered rows are read by system calls, out of the same cached pages that the map shows. Small
files are simply mapped: they cannot take more memory than they have.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visualtaste.types import Int64, UInt8

_SMALL = 2**30  # bytes of a file all of whose pages may stay
_THREADS = 16  # that wait for the disk, which answers many questions at once
_ROWS_AT_ONCE = 4096  # of `chunks`
_Read = tuple[UInt8, int]  # where to, and the position in the file
_CACHED_ONLY = getattr(os, "RWF_NOWAIT", None)  # Linux alone can read what is in memory and leave the rest


def take(matrix: NDArray[Any], rows: Int64) -> NDArray[Any]:
    """A copy of the given rows (n, K), in their order; of a mapped file nothing stays in this process's memory.

    Rows that the system has cached are copied at once, all others are asked of the disk together.
    """
    file = _file_of(matrix)
    if file is None:
        return matrix[rows]
    stray = rows[(rows < 0) | (rows >= len(matrix))]
    if len(stray):
        raise IndexError(f"row {stray[0]} does not exist: there are {len(matrix)} rows")
    taken = np.empty((len(rows), *matrix.shape[1:]), dtype=matrix.dtype)
    if len(rows) == 0:
        return taken
    first = file.offset + matrix.ctypes.data - file.ctypes.data  # where the matrix begins in the file
    with _opened(file) as descriptor:
        _fill(taken.view(np.uint8).reshape(len(rows), -1), descriptor, first + rows * matrix.strides[0])
    return taken


def chunks(matrix: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """The matrix from its first row to its last, a few at a time; each is gone when the next one is asked for."""
    file = _file_of(matrix)
    for start in range(0, len(matrix), _ROWS_AT_ONCE):
        yield matrix[start : start + _ROWS_AT_ONCE]
        if file is not None and isinstance(file.base, mmap.mmap):
            file.base.madvise(mmap.MADV_DONTNEED)


def _file_of(matrix: NDArray[Any]) -> np.memmap[Any, Any] | None:
    """The map of a large file that a matrix is rows of; None for one in memory, or whose rows cannot be read singly."""
    base: Any = matrix
    # what is written through a private map is in no file
    if matrix.flags.writeable or not matrix.flags.c_contiguous or not hasattr(os, "preadv"):
        return None
    while isinstance(base, np.ndarray):
        if isinstance(base, np.memmap) and isinstance(base.base, mmap.mmap) and base.filename:
            return base if len(base.base) > _SMALL else None
        base = base.base
    return None


@contextmanager
def _opened(file: np.memmap[Any, Any]) -> Iterator[int]:
    descriptor = os.open(file.filename, os.O_RDONLY | os.O_CLOEXEC)  # type: ignore[arg-type]  # a path, by now
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _fill(rows: UInt8, descriptor: int, positions: Int64) -> None:
    """Read each row (n, bytes) from its place in the file, rows that are neighbours there together."""
    size = rows.shape[1]
    starts = np.flatnonzero(np.diff(positions, prepend=-2 * size) != size)
    stops = np.append(starts[1:], len(rows))
    if len(starts) == len(rows):
        buffers = list(rows)
    else:
        buffers = [rows[start:stop].reshape(-1) for start, stop in zip(starts, stops, strict=True)]
    reads = list(zip(buffers, positions[starts].tolist(), strict=True))
    missing = [read for read, count in zip(reads, _read_cached(descriptor, reads), strict=True) if count < len(read[0])]

    def read_all(part: list[_Read]) -> None:
        for buffer, position in part:
            _read(descriptor, buffer, position)

    if missing:
        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(read_all, (missing[thread::_THREADS] for thread in range(_THREADS))))


def _read_cached(descriptor: int, reads: list[_Read]) -> list[int]:
    """Read what is in the system's memory; returns how many bytes of each read that was."""
    if _CACHED_ONLY is None or not reads:
        return [0] * len(reads)
    buffers, positions = zip(*reads, strict=True)
    counts: list[int] = []
    # a loop written out would take longer than the reading
    reading = map(os.preadv, repeat(descriptor), zip(buffers, strict=True), positions, repeat(_CACHED_ONLY))
    while len(counts) < len(reads):
        try:
            for count in reading:
                counts.append(count)  # noqa: PERF402  # of what `extend` had before an error nothing is promised
        except OSError:  # it is on the disk, or the file system cannot tell
            counts.append(0)
    return counts


def _read(descriptor: int, buffer: UInt8, position: int) -> None:
    """Read all of it, from the disk if need be."""
    while len(buffer):
        count = os.preadv(descriptor, [buffer.data], position)
        if count == 0:
            raise OSError(f"the file ends at byte {position}, before what was mapped of it")
        buffer, position = buffer[count:], position + count
