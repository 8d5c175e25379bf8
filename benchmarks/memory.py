"""How much memory a process takes, and a bound that it cannot cross. Linux only."""

from __future__ import annotations

import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def limit_own_memory(gibibytes: float) -> None:
    """Refuse this process more memory of its own (RLIMIT_DATA: all private writable memory, touched or not).

    Mapped files do not count: the system takes their pages back when it needs them.
    """
    limit = round(gibibytes * 2**30)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


@contextmanager
def watched(every: float = 0.02) -> Iterator[dict[str, float]]:
    """Fill the yielded dict, at the end, with peaks in GiB.

    resident   everything that this process ever had in memory at one time, pages of mapped files included (VmHWM)
    own        the part of it that is not of files (RssAnon, looked at every `every` seconds)
    """
    peaks: dict[str, float] = {}
    own = _status("RssAnon")
    finished = threading.Event()

    def watch() -> None:
        nonlocal own
        while not finished.wait(every):
            own = max(own, _status("RssAnon"))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peaks
    finally:
        finished.set()
        thread.join()
        peaks["resident"] = round(_status("VmHWM"), 2)
        peaks["own"] = round(max(own, _status("RssAnon")), 2)


def _status(name: str) -> float:
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 2**20  # from kB
    raise OSError(f"/proc/self/status says nothing of {name}")
