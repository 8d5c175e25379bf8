"""Random user batches a second: read from a large mapped store, and from a copy in memory of as much as fits."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.store_shop import FEATURES, USERS_A_BATCH, draw_users
from visualtaste.seeding import generator
from visualtaste.training.feature_table import FeatureTable
from visualtaste.types import Int64

_AT_ONCE = 8  # batches that are timed together
_Batches = list[Int64]
_Taken = tuple[float, float]  # seconds by the clock, seconds of the processor in all threads
_Way = Callable[[FeatureTable, _Batches], None]


def singly(table: FeatureTable, batches: _Batches) -> None:
    """Each batch asked for when it is needed."""
    for batch in batches:
        table.rows(batch)


def ahead(table: FeatureTable, batches: _Batches) -> None:
    """The next one read while one is used, as training does."""
    for _ in table.ahead(batches, lambda batch: batch):
        pass


def compare(path: Path, fits: int, runs: int) -> list[dict[str, Any]]:
    """Both sides in turns, each run with new batches; of `fits` rows both have the same ones."""
    mapped = np.memmap(path, np.dtype("<f2"), "r").reshape(-1, FEATURES)
    fits = min(fits, len(mapped))
    copy = np.fromfile(path, np.dtype("<f2"), count=fits * FEATURES).reshape(fits, FEATURES)
    store, memory = (FeatureTable(matrix, torch.device("cpu")) for matrix in (mapped, copy))
    random = generator(0, "benchmark", "batches")

    def result(state: str, way: _Way, rows: int, goal: str) -> dict[str, Any]:
        taken: dict[str, list[_Taken]] = {"store": [], "memory": []}
        for _ in range(runs + 1):
            batches = [draw_users(USERS_A_BATCH, rows, random) for _ in range(_AT_ONCE)]
            if state == "cold":
                _forget(path)
            taken["store"].append(_time(way, store, batches))
            taken["memory"].append(_time(way, memory, [batch % fits for batch in batches]))
        wall, cpu = ({side: statistics.median(t[clock] for t in taken[side][1:]) for side in taken} for clock in (0, 1))
        return {
            "name": f"random user batches a second, {rows} rows, {state}, {way.__name__}",
            "figure": round(_AT_ONCE / wall["store"], 2),
            "reference": round(_AT_ONCE / wall["memory"], 2),
            "ratio": round(wall["memory"] / wall["store"], 2),
            "ratio_of_processor_time": round(cpu["memory"] / cpu["store"], 2),
            "goal": goal,
        }

    results = []
    for rows in sorted({fits, len(mapped)}):
        _read_through(path, rows)
        results += [result("cached", way, rows, "at least 0.5") for way in (singly, ahead)]
    return [*results, result("cold", ahead, len(mapped), "none")]


def _time(way: _Way, table: FeatureTable, batches: _Batches) -> _Taken:
    wall, cpu = time.perf_counter(), time.process_time()
    way(table, batches)
    return time.perf_counter() - wall, time.process_time() - cpu


def _forget(path: Path) -> None:
    """Empty the system's cache of the file."""
    descriptor = os.open(path, os.O_RDONLY)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)


def _read_through(path: Path, rows: int) -> None:
    """Let the system cache the first rows, if it has room for them."""
    left = rows * FEATURES * 2
    with path.open("rb") as stream:
        while left > 0 and (part := stream.read(min(left, 2**26))):
            left -= len(part)
