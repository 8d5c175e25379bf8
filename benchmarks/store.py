"""A feature store that outgrows memory: written, gone on with, read and trained from in at most 3 GiB.

    python -m benchmarks.store --folder DISK [--items 5000000] [--users 300000] [--runs 15]

FOLDER must have room for the features (2 KB an item) and a fifth more; what is made there stays, so that a second
call begins with reading. Each phase is a process of its own that is refused more than `--memory` GiB of its own; its
peak of resident memory, pages of mapped files included, is held against the same bound.

Random batches of 512 users with 5 to 40 items are read as training reads them, float32 in the end, from the map of the
whole file and, in turns, from a copy in memory of as many rows as fit (`--fits`): "singly", each batch when it is
needed, and "ahead", the next one read while one is used. Cold means that the system's cache of the file is emptied
before every eight batches.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.machine import report
from benchmarks.store_batches import compare
from benchmarks.store_phases import PHASES
from benchmarks.store_shop import FEATURES, write_dataset, write_encoder_folder
from visualtaste.data.dataset import Dataset


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
        (path,) = (arguments.folder / "dataset" / "features").glob("*/features.f16")
        results += compare(path, arguments.fits, arguments.runs)
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


def _short(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _short(part) for key, part in value.items()}
    return round(value, 3) if isinstance(value, float) else value


if __name__ == "__main__":
    main()
