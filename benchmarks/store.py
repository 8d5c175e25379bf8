"""A feature store that outgrows memory: written, gone on with, read and trained from in at most 3 GiB.

    python -m benchmarks.store --folder DISK [--items 5000000] [--users 300000] [--runs 15]

FOLDER must have room for the features (2 KB an item) and a fifth more; what is made there stays, so that a second
call begins with reading. Each phase is a process of its own that is refused more than `--memory` GiB of its own; its
peak of resident memory, pages of mapped files included, is held against the same bound.

Random batches of 512 users with 5 to 40 items are read as training reads them, from the map of the whole file and,
in turns, from a copy in memory of as many rows as fit (`--fits`), the same rows from both. Cold means that the
system's cache of the file is emptied before every batch.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.machine import report
from benchmarks.store_phases import PHASES, USERS_A_BATCH
from benchmarks.store_shop import FEATURES, draw_users, write_dataset, write_encoder_folder
from visualtaste.data.dataset import Dataset
from visualtaste.seeding import generator
from visualtaste.training.feature_table import FeatureTable
from visualtaste.types import Int64


def main() -> None:
    """Run all phases and print JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--items", type=int, default=5_000_000)
    parser.add_argument("--users", type=int, default=300_000)
    parser.add_argument("--fits", type=int, default=1_000_000, help="rows that the copy in memory has")
    parser.add_argument("--memory", type=float, default=3.0, help="GiB that a phase may have")
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--phases", nargs="*", choices=[*PHASES, "batches"], default=[*PHASES, "batches"])
    arguments = parser.parse_args()
    if not (arguments.folder / "encoder" / "encoder.json").exists():
        write_dataset(arguments.folder / "dataset", arguments.items, arguments.users)
        write_encoder_folder(arguments.folder / "encoder", Dataset.read(arguments.folder / "dataset"))
    results = [_phase(name, arguments.folder, arguments.memory) for name in PHASES if name in arguments.phases]
    if "batches" in arguments.phases:
        results += _batches(arguments.folder, arguments.fits, arguments.runs)
    report(f"feature store, {arguments.items} x {FEATURES}, {arguments.users} users", results)


def _phase(name: str, folder: Path, gibibytes: float) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.store_phases", name, str(folder), str(gibibytes)]
    # the bound counts addresses: what polars' allocator no longer uses must not keep its own
    environment = {**os.environ, "_RJEM_MALLOC_CONF": "retain:false"}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    found = json.loads(done.stdout)
    peak = found["peaks"]["resident"]
    return {
        "name": f"peak memory: {name}",
        "figure": peak,
        "reference": gibibytes,
        "ratio": round(peak / gibibytes, 2),
        "unit": "GiB",
        "goal": "at most 1",
        **{key: _short(value) for key, value in found.items()},
    }


def _batches(folder: Path, fits: int, runs: int) -> list[dict[str, Any]]:
    (path,) = (folder / "dataset" / "features").glob("*/features.f16")
    mapped = np.memmap(path, np.dtype("<f2"), "r").reshape(-1, FEATURES)
    fits = min(fits, len(mapped))
    copy = np.fromfile(path, np.dtype("<f2"), count=fits * FEATURES).reshape(fits, FEATURES)
    cpu = torch.device("cpu")
    tables = {"mapped": FeatureTable(mapped, cpu), "memory": FeatureTable(copy, cpu)}
    random = generator(0, "benchmark", "batches")
    warm: dict[str, list[float]] = {name: [] for name in tables}
    for _ in range(runs + 2):
        rows = draw_users(USERS_A_BATCH, fits, random)
        for name, table in tables.items():
            warm[name].append(_seconds(table, rows))
    figure, reference = (1 / statistics.median(warm[name][2:]) for name in tables)
    _read_through(path)
    whole = [_seconds(tables["mapped"], draw_users(USERS_A_BATCH, len(mapped), random)) for _ in range(runs)]
    cold = [_cold_seconds(path, tables["mapped"], draw_users(USERS_A_BATCH, len(mapped), random)) for _ in range(runs)]
    return [
        {
            "name": f"random user batches a second, {fits} rows, cached",
            "figure": round(figure, 2),
            "reference": round(reference, 2),
            "ratio": round(figure / reference, 2),
            "goal": "at least 0.5",
        },
        *(
            {
                "name": f"random user batches a second, all {len(mapped)} rows, {state}",
                "figure": round(1 / statistics.median(seconds), 2),
                "reference": round(reference, 2),
                "ratio": round(1 / statistics.median(seconds) / reference, 3),
                "goal": goal,
            }
            for state, seconds, goal in (("cached", whole, "at least 0.5"), ("cold", cold, "none"))
        ),
    ]


def _seconds(table: FeatureTable, rows: Int64) -> float:
    start = time.perf_counter()
    table.rows(rows)
    return time.perf_counter() - start


def _cold_seconds(path: Path, table: FeatureTable, rows: Int64) -> float:
    descriptor = os.open(path, os.O_RDONLY)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)
    return _seconds(table, rows)


def _read_through(path: Path) -> None:
    """Let the system cache all of the file that it has room for."""
    with path.open("rb") as stream:
        while stream.read(2**26):
            pass


def _short(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _short(part) for key, part in value.items()}
    return round(value, 3) if isinstance(value, float) else value


if __name__ == "__main__":
    main()
