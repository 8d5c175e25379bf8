"""Importing the Amazon data: rows a second against the plain way, and whole imports at full size.

    python -m benchmarks.importers FOLDER [--parts rows kitchen large core] [--runs 3] [--reviews 20000000]

FOLDER receives the generated files (see benchmarks.amazon_files), 3.5 GB for all parts, and keeps them.

    rows      a file into tables: `json.loads` or `ast.literal_eval` line by line into pandas, and ours
    kitchen   the whole command on files of the size of Home and Kitchen of 2014
    large     the whole command on 20 million reviews of 2023
    core      the 5-core of as many interactions, against peeling one user or item after the other

Memory is the largest that a process held (resident set).
"""

from __future__ import annotations

import argparse
import ast
import functools
import gzip
import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas

from benchmarks.amazon_files import write_2014, write_2023
from benchmarks.core import log_2023, peel
from benchmarks.machine import report
from visualtaste.data.amazon.formats import EDITIONS, EditionName
from visualtaste.data.amazon.items import read_items
from visualtaste.data.amazon.reviews import read_reviews
from visualtaste.data.dataset import Dataset
from visualtaste.data.ids import IdTypes
from visualtaste.data.kcore import k_core
from visualtaste.data.malformed import MALFORMED, Malformed
from visualtaste.progress import Silent

PARTS = ["rows", "kitchen", "large", "core"]
SAMPLE = 100_000  # lines of a file that both ways read: all of a large file would not fit the plain way's memory


def main() -> None:
    """Generate what is missing, measure, print JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--reviews", type=int, default=20_000_000, help="of 2023")
    arguments = parser.parse_args()
    parts, runs, reviews = arguments.parts, arguments.runs, arguments.reviews
    early = write_2014(arguments.folder / "2014") if {"rows", "kitchen"} & set(parts) else None
    late = write_2023(arguments.folder / "2023", reviews) if {"rows", "large"} & set(parts) else None
    results = []
    if early and late and "rows" in parts:
        results += _rows("2014", *early, runs) + _rows("2023", *late, runs)
    if early and "kitchen" in parts:
        results.append(_whole("home and kitchen 2014", *early, runs=runs))
    if late and "large" in parts:
        results.append(_whole(f"{reviews:,} reviews 2023", *late, runs=1))
    if "core" in parts:
        results.append(_core(reviews))
    report("importers", results)


def _rows(edition: EditionName, reviews: Path, metadata: Path, runs: int) -> list[dict[str, Any]]:
    """Both files of an edition, their first lines, both ways in turns."""
    found = []
    for kind, path, reader, parser in (
        ("reviews", reviews, _our_reviews, json.loads),
        ("metadata", metadata, _our_items, _literal if edition == "2014" else json.loads),
    ):
        with tempfile.TemporaryDirectory() as folder:
            part = _first_lines(path, Path(folder) / path.name)
            sides: dict[str, Callable[[], object]] = {
                "ours": functools.partial(reader, part, edition, Path(folder)),
                "plain": functools.partial(_plain, part, parser),
            }
            taken = _in_turns(sides, runs)
            found.append(
                {
                    "name": f"{kind} {edition}, rows a second",
                    "figure": round(SAMPLE / taken["ours"].wall),
                    "reference": round(SAMPLE / taken["plain"].wall),
                    "ratio": round(taken["plain"].wall / taken["ours"].wall, 2),
                    "ratio_of_cpu_seconds": round(taken["plain"].cpu / taken["ours"].cpu, 2),
                    "rows": SAMPLE,
                    "megabytes": round(part.stat().st_size / 1e6, 1),
                    "reference_is": "ast.literal_eval" if parser is _literal else "json.loads",
                }
            )
    return found


def _whole(name: str, reviews: Path, metadata: Path, runs: int) -> dict[str, Any]:
    """The command line on both files."""
    with tempfile.TemporaryDirectory(dir=reviews.parent) as folder:
        output = Path(folder) / "dataset"
        command = ["-m", "visualtaste", "import", "amazon", "--recipe", "home-and-kitchen", "-o", str(output)]
        files = ["--reviews", str(reviews), "--metadata", str(metadata)]
        taken = [_measured([sys.executable, *command, *files]) for _ in range(runs)]
        dataset = Dataset.read(output)
        kept = {
            "users": len(dataset.user_ids),
            "items": dataset.item_count,
            "interactions": dataset.interaction_count,
            "categories": len(dataset.categories),
        }
    steps = dataset.info.filters
    return {
        "name": f"{name}, seconds",
        "figure": round(statistics.median(run["wall"] for run in taken), 1),
        "reference": None,
        "ratio": None,
        "runs": runs,
        "cpu_seconds": round(statistics.median(run["cpu"] for run in taken), 1),
        "peak_gigabytes": round(max(run["gigabytes"] for run in taken), 2),
        "kept": kept,
        "malformed": sum(step.removed_items + step.removed_interactions for step in steps if step.name == MALFORMED),
    }


def _core(interactions: int) -> dict[str, Any]:
    """The 5-core of a log of about that many rows, both ways; they must agree."""
    users, items = log_2023(interactions)
    start = time.process_time()
    core = k_core(users, items, 5, 5)
    ours = time.process_time() - start
    start = time.process_time()
    peeled = peel(users, items, 5)
    plain = time.process_time() - start
    if not np.array_equal(core.keep, peeled):
        raise SystemExit("the core is not what peeling leaves")
    return {
        "name": f"5-core of {len(users):,} distinct pairs, rows a CPU second",
        "figure": round(len(users) / ours),
        "reference": round(len(users) / plain),
        "ratio": round(plain / ours, 1),
        "kept": int(core.keep.sum()),
        "rounds": core.rounds,
    }


def _measured(command: list[str]) -> dict[str, float]:
    """Run a command in a process of its own: seconds, CPU seconds, and its peak of resident memory in GB."""
    watch = (
        "import json, resource, subprocess, sys, time; start = time.perf_counter();"
        "subprocess.run(sys.argv[1:], check=True, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL);"
        "wall = time.perf_counter() - start; used = resource.getrusage(resource.RUSAGE_CHILDREN);"
        "print(json.dumps({'wall': wall, 'cpu': used.ru_utime + used.ru_stime, 'gigabytes': used.ru_maxrss}))"
    )
    told = subprocess.run([sys.executable, "-c", watch, *command], check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(told.stdout)
    unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes
    return found | {"gigabytes": found["gigabytes"] * unit / 1e9}


class Taken(NamedTuple):
    """Medians, in seconds."""

    wall: float
    cpu: float


def _in_turns(sides: dict[str, Callable[[], object]], runs: int) -> dict[str, Taken]:
    """Medians of all sides, run in turns, so that a machine that is busy is so for all of them."""
    walls: dict[str, list[float]] = {name: [] for name in sides}
    cpus: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(runs):
        for name, side in sides.items():
            wall, cpu = time.perf_counter(), time.process_time()
            side()
            walls[name].append(time.perf_counter() - wall)
            cpus[name].append(time.process_time() - cpu)
    return {name: Taken(statistics.median(walls[name]), statistics.median(cpus[name])) for name in sides}


def _our_reviews(path: Path, edition: EditionName, folder: Path) -> object:
    with Malformed(folder / "dataset") as malformed:
        return read_reviews(path, EDITIONS[edition], IdTypes(), malformed, Silent())


def _our_items(path: Path, edition: EditionName, folder: Path) -> object:
    with Malformed(folder / "dataset") as malformed:
        return read_items(path, EDITIONS[edition], IdTypes(), (), malformed, Silent())


def _plain(path: Path, parse: Callable[[str], Any]) -> pandas.DataFrame:
    """What one writes first; damaged lines are skipped."""
    rows = []
    with gzip.open(path, "rt", encoding="utf-8", errors="replace") as stream:
        for line in stream:
            try:
                rows.append(parse(line))
            except (ValueError, SyntaxError):
                continue
    return pandas.DataFrame(rows)


def _literal(line: str) -> Any:
    return ast.literal_eval(line)


def _first_lines(path: Path, part: Path) -> Path:
    with gzip.open(path, "rb") as whole, gzip.open(part, "wb", compresslevel=1) as stream:
        stream.writelines(itertools.islice(whole, SAMPLE))
    return part


if __name__ == "__main__":
    main()
