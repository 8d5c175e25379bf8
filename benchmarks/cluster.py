"""What a cluster's machines do in a second, on one core and on all of them, and what Ray costs beside it.

    python -m benchmarks.cluster [--dataset DATASET] [--photos 2000] [--sizes 128 224] [--runs 3]

Photos are the first ones of a data set, or drawn. The encoder is MobileNet v1 1.0, whose weights do not matter here.
Both sides of a ratio have all cores of this machine, the cluster as one worker each, and take turns; starting Ray is
timed apart. Core-seconds are processor time, of all of Ray's processes too: what docs/how-to/cluster.md plans with,
and what other work on the machine disturbs least. Linux only, as that time is read from /proc.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.machine import report
from benchmarks.stage1 import CATEGORIES, make_labels, make_photos
from visualtaste.config import EncoderSettings
from visualtaste.data.dataset import Dataset
from visualtaste.data.locations import Location
from visualtaste.distributed.cluster import Cluster, connect
from visualtaste.export.encoder import export_encoder
from visualtaste.features.encoder import OnnxEncoder
from visualtaste.features.encoding import BATCH, Encode, encode_here
from visualtaste.features.photos import load_batches
from visualtaste.models.encoder import make_encoder
from visualtaste.progress import Silent
from visualtaste.training.backend import HERE, Backend
from visualtaste.training.finetune import PhotoData

Photos = Sequence[Location | None]


def main() -> None:
    """Time everything and print JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--dataset", help="take its photos instead of drawn ones")
    parser.add_argument("--photos", type=int, default=2000)
    parser.add_argument("--sizes", type=int, nargs="+", default=[128, 224])
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        photos = _photos(arguments.dataset, Path(folder), arguments.photos)
        started = time.perf_counter()
        with connect("local") as cluster:
            results = [{"name": "seconds to start Ray here", "figure": round(time.perf_counter() - started, 1)}]
            for size in arguments.sizes:
                encoder = _encoder(Path(folder) / f"{size}.onnx", size)
                results += _one_core(photos, encoder, arguments.runs)
                results += _extraction(photos, encoder, cluster, arguments.runs)
                results += _training(photos, size, cluster, arguments.runs)
    report("cluster", results)


def _one_core(photos: Photos, encoder: OnnxEncoder, runs: int) -> list[dict[str, Any]]:
    """Photos a second that one core decodes, and that it encodes."""
    alone = OnnxEncoder(encoder.path, encoder.spec, threads=1)
    rows = np.arange(min(len(photos), 8 * BATCH))
    rates: dict[str, list[float]] = {"decode": [], "encode": []}
    for _ in range(runs + 1):
        started = time.process_time()  # of all threads: what one core needs, however busy the machine is
        batches = list(load_batches(photos, rows, encoder.spec, BATCH, threads=1))
        rates["decode"].append(len(rows) / (time.process_time() - started))
        started = time.process_time()
        for batch in batches:
            alone.encode(batch.pixels)
        rates["encode"].append(len(rows) / (time.process_time() - started))
    unit = f"photos a second a core, {encoder.spec.size} px"
    # the first turn warms up
    return [{"name": f"{job}, {unit}", "figure": round(statistics.median(r[1:]), 1)} for job, r in rates.items()]


def _extraction(photos: Photos, encoder: OnnxEncoder, cluster: Cluster, runs: int) -> list[dict[str, Any]]:
    def extract(encode: Encode) -> None:
        done = sum(len(batch.rows) for batch in encode(photos, np.arange(len(photos)), encoder))
        assert done == len(photos), f"{len(photos) - done} photos cannot be read"

    there, here = partial(extract, cluster.encode), partial(extract, encode_here)
    results = _compared(f"extraction, {encoder.spec.size} px", there, here, len(photos), runs)
    started = time.process_time()  # of this process, through which all features go
    extract(cluster.encode)
    driver = 1000 * (time.process_time() - started) / len(photos)
    return [*results, {"name": "of these the driver's core-milliseconds a photo", "figure": round(driver, 3)}]


def _training(photos: Photos, size: int, cluster: Cluster, runs: int) -> list[dict[str, Any]]:
    """Photos a second of an epoch alone, without the start of its group of workers."""
    settings = EncoderSettings(
        scratch={"depth_multiplier": 1.0}, image_size=size, frozen_epochs=0, epochs=1, batch_size=64, device="cpu"
    )
    rows = np.arange(len(photos))
    data = PhotoData(photos, make_labels(len(photos)), CATEGORIES, train=rows, validation=rows[:0])
    workers = Cluster(cluster.nodes, workers=sum(node.cpus for node in cluster.nodes))

    def epoch(backend: Backend) -> float:
        with tempfile.TemporaryDirectory() as workspace:
            return backend.finetune(data, settings, 0, Path(workspace), {}, Silent()).history[-1].seconds

    turns = [(epoch(workers), epoch(HERE)) for _ in range(runs + 1)][1:]
    there, here = (len(photos) / statistics.median(side) for side in zip(*turns, strict=True))
    milliseconds = 1000 * statistics.median(_taken(lambda: epoch(HERE))[1] for _ in range(runs)) / len(photos)
    return [
        _result(f"stage 1, {size} px, photos a second", there, here, runs),
        {
            "name": f"stage 1, {size} px, core-milliseconds a photo",
            "figure": round(milliseconds, 2),
        },
    ]


def _compared(
    name: str, there: Callable[[], None], here: Callable[[], None], count: int, runs: int
) -> list[dict[str, Any]]:
    """Photos a second and core-milliseconds a photo, there and here: medians of turns, the first of which warms up."""
    turns = [(_taken(there), _taken(here)) for _ in range(runs + 1)][1:]
    seconds, cores = ([statistics.median(turn[side][kind] for turn in turns) for side in (0, 1)] for kind in (0, 1))
    return [
        _result(f"{name}, photos a second", count / seconds[0], count / seconds[1], runs),
        _result(f"{name}, core-milliseconds a photo", 1000 * cores[0] / count, 1000 * cores[1] / count, runs),
    ]


def _result(name: str, figure: float, reference: float, runs: int) -> dict[str, Any]:
    ratio = round(figure / reference, 2)
    return {"name": name, "figure": round(figure, 2), "reference": round(reference, 2), "ratio": ratio, "runs": runs}


def _taken(function: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and core-seconds of this process and all that it started."""
    clock, cores = time.perf_counter(), _core_seconds()
    function()
    return time.perf_counter() - clock, _core_seconds() - cores


def _core_seconds() -> float:
    parents, ticks = {}, {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):  # it ended meanwhile; its time is counted by its parent
                # after the name in brackets: state, parent, ...; from the 12th on times, its own and of ended children
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                parents[int(folder.name)] = int(fields[1])
                ticks[int(folder.name)] = sum(map(int, fields[11:15]))
    ours = {os.getpid()}
    while more := {process for process, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return sum(ticks.get(process, 0) for process in ours) / os.sysconf("SC_CLK_TCK")


def _photos(dataset: str | None, folder: Path, count: int) -> list[Location | None]:
    if dataset is None:
        return list(make_photos(folder / "photos", count))
    found = Dataset.read(dataset)
    return [found.image_path(row) for row in range(min(count, len(found.items)))]


def _encoder(path: Path, size: int) -> OnnxEncoder:
    encoder = make_encoder(EncoderSettings(scratch={"depth_multiplier": 1.0}, image_size=size)).eval()
    export_encoder(encoder, path)
    return OnnxEncoder(path, encoder.spec)


if __name__ == "__main__":
    main()
