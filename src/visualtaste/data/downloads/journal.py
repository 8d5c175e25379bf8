"""Every outcome at once on disk, a JSON line each: what a killed run has done, the next one knows.

It is also where a run keeps its outcomes: in memory there are none until the tables are written.

A line is written only after its photo stands. The system keeps what was written when a process is killed; what a
power failure tears off or spoils is skipped, and fetched again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from visualtaste.data.downloads.outcome import Outcome


class Journal:
    """Appends outcomes to a file, beginning at byte `start`; see `opened`."""

    def __init__(self, path: Path, descriptor: int, start: int) -> None:
        self.start = start
        self._path = path
        self._descriptor = descriptor

    @classmethod
    @contextmanager
    def opened(cls, path: Path) -> Iterator[Journal]:
        """Open for appending, with a torn last line cut off. Nobody else may have it open."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            content_end = _end_of_last_line(path)
            os.ftruncate(descriptor, content_end)
            os.lseek(descriptor, content_end, os.SEEK_SET)
            yield cls(path, descriptor, content_end)
        finally:
            os.close(descriptor)

    def write(self, outcome: Outcome) -> None:
        """Append one outcome. Raises OSError naming the file when the disk does not take it, the line then cut off."""
        line = (json.dumps(asdict(outcome), ensure_ascii=False) + "\n").encode(errors="replace")
        before = os.lseek(self._descriptor, 0, os.SEEK_CUR)
        try:
            written = os.write(self._descriptor, line)
            while written < len(line):  # a disk that is nearly full takes a part, and says why at the next
                written += os.write(self._descriptor, line[written:])
        except OSError as error:
            os.ftruncate(self._descriptor, before)
            os.lseek(self._descriptor, before, os.SEEK_SET)
            raise OSError(error.errno, error.strerror, str(self._path)) from None


def read_journal(path: Path, start: int = 0) -> Iterator[Outcome | None]:
    """The outcomes of a journal from byte `start`, None for each line that cannot be read.

    There are none when there is no such file. The file may be written meanwhile.
    """
    if not path.exists():
        return
    with path.open("rb") as lines:
        lines.seek(start)
        for line in lines:
            try:
                yield Outcome(**json.loads(line))
            except (ValueError, TypeError):
                yield None


def _end_of_last_line(path: Path) -> int:
    with path.open("rb") as stream:
        end = 0
        for line in stream:
            if line.endswith(b"\n"):
                end += len(line)
        return end
