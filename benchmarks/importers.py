"""Importing the Amazon data: rows a second against the plain way, and whole imports at full size.

    python -m benchmarks.importers FOLDER [--parts rows kitchen large] [--runs 3] [--reviews 20000000]

FOLDER receives the generated files (see benchmarks.amazon_files), 3.5 GB for all parts, and keeps them.

    rows      a file into tables: `json.loads` or `ast.literal_eval` line by line into pandas, and ours
    kitchen   the whole command on files of the size of Home and Kitchen of 2014
    large     the whole command on 20 million reviews of 2023

Times are of whole processes, memory is the largest that the process held (resident set).
"""

from __future__ import annotations

import argparse
import ast
import gzip
import itertools
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas

from benchmarks.amazon_files import write_2014, write_2023
from benchmarks.machine import median_seconds, report
from visualtaste.data.amazon.formats import EDITIONS, EditionName
from visualtaste.data.amazon.items import read_items
from visualtaste.data.amazon.reviews import read_reviews
from visualtaste.data.dataset import Dataset
from visualtaste.data.ids import IdTypes
from visualtaste.data.malformed import Malformed
from visualtaste.progress import Silent

SAMPLE = 200_000  # lines of a file that both ways read: all of a large file would not fit the plain way's memory


def main() -> None:
    """Generate what is missing, measure, print JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--parts", nargs="+", choices=["rows", "kitchen", "large"], default=["rows", "kitchen", "large"]
    )
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--reviews", type=int, default=20_000_000)
    arguments = parser.parse_args()
    early = write_2014(arguments.folder / "2014")
    results = []
    if "rows" in arguments.parts:
        late = write_2023(arguments.folder / "2023", arguments.reviews)
        results += _rows("2014", *early, arguments.runs) + _rows("2023", *late, arguments.runs)
    if "kitchen" in arguments.parts:
        results.append(_whole("home and kitchen 2014", *early, runs=arguments.runs))
    if "large" in arguments.parts:
        late = write_2023(arguments.folder / "2023", arguments.reviews)
        results.append(_whole(f"{arguments.reviews:,} reviews 2023", *late, runs=1))
    report("importers", results)


def _rows(edition: EditionName, reviews: Path, metadata: Path, runs: int) -> list[dict[str, Any]]:
    """Both files of an edition, their first lines, both ways."""
    parse = _literal if edition == "2014" else json.loads
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for kind, path, reader, parser in (
            ("reviews", reviews, _our_reviews, json.loads),
            ("metadata", metadata, _our_items, parse),
        ):
            part = _first_lines(path, Path(folder) / path.name)
            ours = median_seconds(lambda: reader(part, edition, Path(folder)), runs)  # noqa: B023
            plain = median_seconds(lambda: _plain(part, parser), runs, warm_up=0)  # noqa: B023
            found.append(
                {
                    "name": f"{kind} {edition}, rows a second",
                    "figure": round(SAMPLE / ours),
                    "reference": round(SAMPLE / plain),
                    "ratio": round(plain / ours, 2),
                    "rows": SAMPLE,
                    "megabytes": round(part.stat().st_size / 1e6, 1),
                    "reference_is": "ast.literal_eval" if parser is _literal else "json.loads",
                }
            )
    return found


def _whole(name: str, reviews: Path, metadata: Path, runs: int) -> dict[str, Any]:
    """The command line on both files."""
    seconds, gigabytes = [], []
    with tempfile.TemporaryDirectory(dir=reviews.parent) as folder:
        output = Path(folder) / "dataset"
        command = ["-m", "visualtaste", "import", "amazon", "--recipe", "home-and-kitchen", "-o", str(output)]
        for _ in range(runs):
            start = time.perf_counter()
            taken = _measured([sys.executable, *command, "--reviews", str(reviews), "--metadata", str(metadata)])
            seconds.append(time.perf_counter() - start)
            gigabytes.append(taken)
        dataset = Dataset.read(output)
        cores = {step.rounds for step in dataset.info.filters if step.name == "k-core"}
        return {
            "name": f"{name}, seconds",
            "figure": round(sorted(seconds)[len(seconds) // 2], 1),
            "reference": None,
            "ratio": None,
            "runs": runs,
            "peak_gigabytes": round(max(gigabytes), 2),
            "kept": {
                "users": len(dataset.user_ids),
                "items": len(dataset.items),
                "interactions": len(dataset.interactions),
                "categories": len(dataset.categories),
            },
            "malformed": sum(
                step.removed_items + step.removed_interactions
                for step in dataset.info.filters
                if step.name == "malformed"
            ),
            "rounds_of_the_core": max(cores),
        }


def _measured(command: list[str]) -> float:
    """Run a command in a process of its own; its peak of resident memory in GB."""
    watch = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stderr=subprocess.DEVNULL, "
        "stdout=subprocess.DEVNULL); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    told = subprocess.run([sys.executable, "-c", watch, *command], check=True, capture_output=True, text=True)
    return int(told.stdout) * (1 if sys.platform == "darwin" else 1024) / 1e9


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
