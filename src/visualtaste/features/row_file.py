"""A file of rows of equal size, written in place by system calls.

Not through a memory map: a full disk ends a process that writes to a mapped page of a sparse file (SIGBUS), where a
write raises an error that names the file; and flushing a map walks all of it, where syncing a file writes what is new.
"""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visualtaste.types import Int64

_sync = getattr(os, "fdatasync", os.fsync)  # macOS has only the one that also waits for the file's dates


class RowFile:
    """An existing file whose row r begins at byte r · `row_bytes`."""

    def __init__(self, path: Path, row_bytes: int) -> None:
        self.path = path
        self.row_bytes = row_bytes
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)

    def write(self, rows: Int64, content: NDArray[Any]) -> None:
        """Write `content` (n, ...), `row_bytes` each, to `rows` (n,); of a row given twice the last one stays.

        Neighbouring rows go in one call. Raises OSError naming the file, as on a full disk.
        """
        if len(rows) == 0:
            return
        order = np.argsort(rows, kind="stable")
        rows, content = rows[order], np.ascontiguousarray(content[order])
        bounds = [0, *(np.flatnonzero(np.diff(rows) != 1) + 1).tolist(), len(rows)]
        raw = content.reshape(-1).view(np.uint8).data
        for first, last in pairwise(bounds):
            self._write_all(raw[first * self.row_bytes : last * self.row_bytes], int(rows[first]) * self.row_bytes)

    def sync(self) -> None:
        """Return once everything written is on the disk itself."""
        try:
            _sync(self._descriptor)
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self.path)) from None

    def close(self) -> None:
        os.close(self._descriptor)

    def _write_all(self, content: memoryview, position: int) -> None:
        """A disk that fills up takes a part first, and refuses the rest when it is asked again."""
        while content:
            try:
                written = os.pwrite(self._descriptor, content, position)
            except OSError as error:
                raise OSError(error.errno, error.strerror, str(self.path)) from None
            content, position = content[written:], position + written
