"""Kills, really, the process that reads a certain photo: deterministic, and without any hook in the code.

The photo is a named pipe. Whoever opens it waits for bytes; meanwhile it is found, the real photo takes the pipe's
place, and the reader gets SIGKILL. Linux only, as the reader is found in /proc.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PATIENCE = 600  # seconds until the photo must have been read


class _GaveUpError(Exception):
    pass


class Killing:
    """What became of it: the process that was killed, None until then."""

    killed: int | None = None


@contextmanager
def killing_the_reader_of(photo: Path, spared: int = 0) -> Iterator[Killing]:
    """Kill whoever reads `photo`, but let the first `spared` readers have it."""
    content = photo.read_bytes()
    photo.unlink()
    os.mkfifo(photo)
    killing = Killing()
    over = threading.Event()
    thread = threading.Thread(target=_watch, args=(photo, content, spared, killing, over))
    thread.start()
    try:
        yield killing
    finally:
        over.set()
        thread.join()
        _put_back(photo, content)


def _watch(photo: Path, content: bytes, spared: int, killing: Killing, over: threading.Event) -> None:
    with suppress(_GaveUpError):
        _kill(photo, content, spared, killing, over)


def _kill(photo: Path, content: bytes, spared: int, killing: Killing, over: threading.Event) -> None:
    for _ in range(spared):
        with open(_writer(photo, over), "wb") as pipe:
            pipe.write(content)
        _until(lambda: not _readers(photo), over)  # a second writer too early would be the same reading
    writer = _writer(photo, over)
    _until(lambda: _readers(photo), over)
    (reader,) = _readers(photo) or [None]
    _put_back(photo, content)  # before the kill: who reads it next gets the photo
    if reader is not None:
        os.kill(reader, signal.SIGKILL)
        killing.killed = reader
    os.close(writer)


def _writer(photo: Path, over: threading.Event) -> int:
    """The pipe, open for writing, which works as soon as somebody has it open for reading."""
    opened: list[int] = []

    def tried() -> bool:
        try:
            opened.append(os.open(photo, os.O_WRONLY | os.O_NONBLOCK))
        except OSError:
            return False
        return True

    _until(tried, over)
    return opened[0]


def _until(reached, over: threading.Event) -> None:  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + PATIENCE
    while not reached():
        if over.wait(0.01) or time.monotonic() > deadline:
            raise _GaveUpError


def _readers(photo: Path) -> list[int]:
    """The other processes that have the photo open."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and int(process.name) != os.getpid():
            try:
                if any(os.readlink(file) == str(photo) for file in (process / "fd").iterdir()):
                    found.append(int(process.name))
            except OSError:
                continue
    return found


def _put_back(photo: Path, content: bytes) -> None:
    beside = photo.with_name(f".{photo.name}.real")
    beside.write_bytes(content)
    os.replace(beside, photo)
