"""One process at a time: a lock that the system takes back when its holder ends, however it ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from visualtaste.errors import InUseError


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock file `path`, which is made if need be and stays, empty of meaning, when the lock is given back.

    Raises InUseError, at once, while another process (or another caller in this one) holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # never deleted: between another's opening and locking of it, a new file of that name could be locked as well
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 20).decode("ascii", "replace").strip()
            who = f"process {holder}" if holder else "another process"
            raise InUseError(f"{path.parent} is being written by {who}: wait until it ends, or end it") from None
        os.ftruncate(descriptor, 0)
        with suppress(OSError):  # on a full disk nobody is told who holds it, and whoever needs room says so
            os.write(descriptor, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(descriptor)  # which gives the lock back


def refuse_held(path: Path) -> None:
    """Raise InUseError while somebody holds the lock file `path`, which is not made."""
    if path.exists():
        with exclusive(path):
            pass
