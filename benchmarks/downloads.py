"""Photos a second by `visualtaste images` against one request after another, and memory against the number of items.

    python -m benchmarks.downloads [--photos 3000] [--sequential 200] [--runs 3] [--memory 10000 100000]

A server on this machine answers every request after 50 ms (benchmarks/slow_server.py). The references ask for one
photo after another: httpx2 with one kept connection, and urllib, which makes a connection each; both then do what
ours does, decode the photo, write it, take its digest. They are timed on fewer photos, a second costs them 20 at
most. Each download runs in a process of its own, with the command's default settings; its time is that of the
whole process, start and tables included. Its memory is read when a tenth and when all of the photos are fetched,
and at its largest, which is when the tables are written; what a download of one photo needs is given beside it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import polars as pl

from benchmarks.machine import report
from visualtaste.data.dataset import INTERACTION_SCHEMA, ITEM_SCHEMA, Dataset, DatasetInfo
from visualtaste.data.images import decode

GOAL_RATIO = 20.0
GOAL_GROWTH_MB = 10.0

MEASURED = """
import json, resource, sys, time
started = time.perf_counter()
from contextlib import contextmanager
from pathlib import Path
from visualtaste.data.downloads.download import download_images
from visualtaste.data.downloads.settings import DownloadSettings
from visualtaste.progress import Silent

class Watch(Silent):
    @contextmanager
    def task(self, title, total, done=0):
        self.left_at_first, self.first_mb = 0.9 * total, None
        self.left = total
        yield self
        self.fetching_mb = megabytes()

    def advance(self, amount=1, note=""):
        self.left -= amount
        if self.first_mb is None and self.left <= self.left_at_first:
            self.first_mb = megabytes()

def megabytes():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20

watch = Watch()
summary = download_images(sys.argv[1], DownloadSettings(allow_private=True), reporter=watch)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"ok": summary.items("ok"), "seconds": time.perf_counter() - started, "peak_mb": peak,
                  "fetching": summary.seconds, "fetching_mb": watch.fetching_mb, "first_mb": watch.first_mb}))
"""


@contextmanager
def slow_server() -> Iterator[str]:
    """The address of a server with 50 ms latency."""
    command = [sys.executable, "-m", "benchmarks.slow_server"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.communicate()


def linked_dataset(folder: Path, server: str, photos: int) -> None:
    """Items with an address and no photo, each bought by one of a tenth as many users."""
    names = [f"i{number}" for number in range(photos)]
    items = pl.DataFrame(
        {
            "item_id": names,
            "image": [None] * photos,
            "image_url": [f"{server}/photos/{name}.jpg" for name in names],
            "title": [None] * photos,
            "categories": [["a"]] * photos,
        },
        schema=ITEM_SCHEMA,
    )
    bought = {"user_id": [f"u{number % (photos // 10 + 1)}" for number in range(photos)], "item_id": names}
    log = pl.DataFrame({**bought, "timestamp": [None] * photos}, schema=INTERACTION_SCHEMA)
    info = DatasetInfo(name="linked", source="benchmark", image_root="photos", categories=("a",))
    Dataset(folder, info, items, log).write()


def ours(server: str, photos: int) -> dict[str, Any]:
    """One download: seconds and megabytes."""
    with tempfile.TemporaryDirectory(prefix="downloads-") as folder:
        linked_dataset(Path(folder), server, photos)
        done = subprocess.run([sys.executable, "-c", MEASURED, folder], capture_output=True, text=True, check=True)
    measured: dict[str, Any] = json.loads(done.stdout)
    assert measured["ok"] == photos, measured
    return measured


def one_by_one(get: Callable[[str], bytes], server: str, photos: int) -> float:
    """Photos a second of a loop that fetches, decodes, writes and takes the digest of one after another."""
    with tempfile.TemporaryDirectory(prefix="downloads-") as folder:
        start = time.perf_counter()
        for number in range(photos):
            content = get(f"{server}/photos/i{number}.jpg")
            decode(content, at_least=1)
            (Path(folder) / f"{number}.jpg").write_bytes(content)
            hashlib.sha256(content).hexdigest()
        return photos / (time.perf_counter() - start)


def by_urllib(url: str) -> bytes:
    """One request with a connection of its own."""
    with urllib.request.urlopen(url) as answer:
        content: bytes = answer.read()
    return content


def rates(server: str, photos: int, sequential: int, runs: int) -> list[dict[str, Any]]:
    """Ours against both loops; the three take turns, so that what else the machine does meets all."""
    measured: dict[str, list[float]] = {"ours": [], "httpx2, one connection": [], "urllib, a connection each": []}
    fetching = []
    with httpx2.Client(trust_env=False) as client:
        for _ in range(runs):
            done = ours(server, photos)
            measured["ours"].append(photos / done["seconds"])
            fetching.append(photos / done["fetching"])
            by_httpx = one_by_one(lambda url: client.get(url).content, server, sequential)
            measured["httpx2, one connection"].append(by_httpx)
            measured["urllib, a connection each"].append(one_by_one(by_urllib, server, sequential))
    mine = statistics.median(measured.pop("ours"))
    return [
        {
            "name": f"{photos} photos at 50 ms latency, whole process",
            "photos_a_second": round(mine, 1),
            "photos_a_second_while_fetching": round(statistics.median(fetching), 1),
            "runs": runs,
            "reference": f"one after another: {name}, {sequential} photos",
            "reference_photos_a_second": round(statistics.median(loop), 1),
            "ratio": round(mine / statistics.median(loop), 1),
            "goal": f"at least {GOAL_RATIO:g} times",
            "reached": mine / statistics.median(loop) >= GOAL_RATIO,
        }
        for name, loop in measured.items()
    ]


def memory(server: str, sizes: list[int]) -> dict[str, Any]:
    """What downloads of several sizes hold once all is fetched, and at most, the tables of the end included."""
    measured = {photos: ours(server, photos) for photos in [1, *sizes]}
    first, last = (measured[size] for size in (sizes[0], sizes[-1]))
    growth = last["fetching_mb"] - last["first_mb"]
    return {
        "name": f"memory of {sizes[-1]} against {sizes[0]} items",
        "after_a_tenth_of_the_photos_mb": {
            f"{size} items": round(run["first_mb"], 1) for size, run in measured.items()
        },
        "after_the_last_photo_mb": {f"{size} items": round(run["fetching_mb"], 1) for size, run in measured.items()},
        "largest_mb": {f"{size} items": round(run["peak_mb"], 1) for size, run in measured.items()},
        "growth_while_fetching_the_last_nine_tenths_mb": round(growth, 1),
        "growth_after_the_last_photo_mb": round(last["fetching_mb"] - first["fetching_mb"], 1),
        "growth_of_the_largest_mb": round(last["peak_mb"] - first["peak_mb"], 1),
        "photos_a_second": {f"{size} items": round(size / run["seconds"], 1) for size, run in measured.items()},
        "goal": f"at most {GOAL_GROWTH_MB:g} MB more while fetching",
        "reached": growth <= GOAL_GROWTH_MB,
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--photos", type=int, default=3000)
    arguments.add_argument("--sequential", type=int, default=200)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--memory", type=int, nargs="*", default=[10_000, 100_000])
    options = arguments.parse_args()
    with slow_server() as server:
        results = rates(server, options.photos, options.sequential, options.runs)
        if options.memory:
            results.append(memory(server, options.memory))
    report("downloads", results)


if __name__ == "__main__":
    main()
