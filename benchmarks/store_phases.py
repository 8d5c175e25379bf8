"""The phases of `benchmarks.store`, each a process of its own that says what it did and how much memory it took.

    python -m benchmarks.store_phases PHASE FOLDER MEMORY

Each refuses itself more than MEMORY GiB of its own (see `benchmarks.memory`).
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.memory import limit_own_memory, watched
from benchmarks.store_shop import CONFIG, USERS_A_BATCH, WITH_PHOTO, MadeFeatures, draw_users
from visualtaste.artifact.folder import read_manifest
from visualtaste.artifact.manifest import ENCODER, EncoderManifest
from visualtaste.data.dataset import Dataset
from visualtaste.features.encoder import OnnxEncoder
from visualtaste.features.extract import extract, store_of
from visualtaste.features.store import FeatureStore
from visualtaste.seeding import generator

_SMALL_PUTS = 500  # of 64 rows, as one machine's extraction makes them
_LARGE = 4096  # rows a put, as a cluster's driver makes them
_Found = dict[str, Any]


def _open(folder: Path) -> tuple[Dataset, OnnxEncoder]:
    dataset = Dataset.read(folder / "dataset")
    manifest = read_manifest(folder / "encoder", EncoderManifest)
    return dataset, OnnxEncoder(folder / "encoder" / ENCODER, manifest.preprocessing)


def write(folder: Path) -> _Found:
    """Put the features of all items but those with photos, and then write as many bytes without any care."""
    store, made = store_of(*_open(folder)), MadeFeatures()
    last = store.info.rows - WITH_PHOTO
    small = min(_SMALL_PUTS * 64, last // 2)
    with store.writing():
        rates = {
            f"{size} a put": _put(store, made, np.arange(first, stop), size)
            for first, stop, size in ((0, small, 64), (small, last, _LARGE))
        }
    rows = np.linspace(0, last - 1, 20_000).astype(np.int64)
    if not np.array_equal(store.rows(rows), made(rows)):
        raise AssertionError("what was read is not what was written")
    return {"rows": last, "rows_a_second": rates, "plain_rows_a_second": _plain(folder, made, min(last, 500_000))}


def _put(store: FeatureStore, made: MadeFeatures, rows: Any, size: int) -> float:
    start = time.perf_counter()
    for first in range(0, len(rows), size):
        part = rows[first : first + size]
        store.put(part, made(part))
    return len(rows) / (time.perf_counter() - start)


def _plain(folder: Path, made: MadeFeatures, count: int) -> float:
    """Rows a second of one file written from its beginning to its end, synced once."""
    path = folder / "plain"
    start = time.perf_counter()
    with path.open("wb") as stream:
        for first in range(0, count, _LARGE):
            stream.write(made(np.arange(first, min(first + _LARGE, count))).astype("<f2").tobytes())
        stream.flush()
        os.fsync(stream.fileno())
    seconds = time.perf_counter() - start
    path.unlink()
    return count / seconds


def resume(folder: Path) -> _Found:
    """Extract the rows that are missing, those with photos."""
    dataset, encoder = _open(folder)
    missing = len(store_of(dataset, encoder).to_do)
    start = time.perf_counter()
    done = extract(dataset, encoder).store.done
    return {"missing": missing, "seconds": time.perf_counter() - start, "left": int((~done).sum())}


def read(folder: Path) -> _Found:
    """Random batches of users over the whole store."""
    store, random = store_of(*_open(folder)), generator(0, "benchmark", "read")
    start = time.perf_counter()
    for _ in range(100):
        store.rows(draw_users(USERS_A_BATCH, store.info.rows, random))
    return {"batches": 100, "seconds": time.perf_counter() - start}


def train(folder: Path) -> _Found:
    """One epoch of stage 2 and everything around it, as `visualtaste fit-interests` does it."""
    from visualtaste.training.fit import fit_interests_on

    start = time.perf_counter()
    dataset = Dataset.read(folder / "dataset")
    model = fit_interests_on(dataset, folder / "encoder", CONFIG, folder / "model")
    epoch = model.manifest.history[-1]
    return {"seconds": time.perf_counter() - start, "seconds_of_the_epoch": epoch.seconds, "loss": epoch.loss}


def evaluate(folder: Path) -> _Found:
    """The model asked about its test users, as `visualtaste evaluate` does it."""
    from visualtaste.evaluation.evaluate import evaluate as run
    from visualtaste.inference.taste_model import TasteModel

    start = time.perf_counter()
    done = run([TasteModel.load(folder / "model")], Dataset.read(folder / "dataset"), "held-out")
    return {"seconds": time.perf_counter() - start, "users": sum(len(exam.questions) for exam in done.exams)}


PHASES: dict[str, Callable[[Path], _Found]] = {
    phase.__name__: phase for phase in (write, resume, read, train, evaluate)
}


def main() -> None:
    """Run one phase and print what it found as JSON."""
    name, folder, gibibytes = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])
    limit_own_memory(gibibytes)
    with watched() as peaks:
        found = PHASES[name](folder)
    print(json.dumps({**found, "peaks": peaks}))


if __name__ == "__main__":
    main()
