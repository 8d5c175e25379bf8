"""Lines of a large file, numbered, in batches: memory is bounded by the batch, not by the file."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from visualtaste.data.unzip import Blocks
from visualtaste.progress import Reporter

LONGEST = 1 << 24  # bytes; of a longer line only the beginning is kept, to be shown
_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Batch:
    """Complete lines without their ends, the first of which has the number `first` in its file (from 1)."""

    first: int
    lines: list[bytes]


@dataclass(frozen=True)
class Rest:
    """Where a damaged file ended early: the number and what there is of its last line, and what is wrong."""

    line: int
    content: bytes
    damage: str


class LineFile:
    """A text file, plain or gzipped, that is read once from its beginning to its end.

    Afterwards `rest` says where and why a gzip file ended early, or is None.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rest: Rest | None = None
        self._blocks = Blocks(path)

    def batches(self) -> Iterator[Batch]:
        """All lines in order; the bytes after the last line end are a line too, unless the file is damaged."""
        first, rest = 1, b""
        for block in _ahead(iter(self._blocks)):
            lines = block.split(b"\n")
            lines[0] = rest + lines[0]
            rest = _bounded(lines.pop())
            if lines:
                yield Batch(first, lines)
                first += len(lines)
        if self._blocks.damage is not None:
            self.rest = Rest(first, rest, self._blocks.damage)
        elif rest:
            yield Batch(first, [rest])

    def watched(self, title: str, reporter: Reporter) -> Iterator[Batch]:
        """The batches, with progress in megabytes of the file."""
        size = -(-self._blocks.size // _MEGABYTE)
        with reporter.task(f"{title} (MB)", total=size) as task:
            shown = 0
            for batch in self.batches():
                yield batch
                if (read := -(-self._blocks.read // _MEGABYTE)) > shown:
                    task.advance(read - shown)
                    shown = read
            if shown < size:  # of a damaged file
                task.advance(size - shown)


def _ahead(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The same blocks, the next one read and decompressed in a thread while its predecessor is worked on."""
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, blocks, None)
        while (block := coming.result()) is not None:
            coming = thread.submit(next, blocks, None)
            yield block


def _bounded(line: bytes) -> bytes:
    """The line, or when it is too long its beginning and a zero byte, so that nothing takes it for whole."""
    return line if len(line) <= LONGEST else line[:LONGEST] + b"\0"
