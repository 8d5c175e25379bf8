"""What a cluster's machines do in a second, on one core and on all of them, and what Ray costs beside it.

    python -m benchmarks.cluster [--dataset DATASET] [--photos 2000] [--sizes 128 224] [--runs 3]

Photos are the first ones of a data set, or drawn. The encoder is MobileNet v1 1.0, whose weights do not matter here.
Rates of one core are what docs/how-to/cluster.md plans with. Both sides of a ratio have all cores of this machine,
the cluster as one worker each, and are timed in turns; starting Ray is timed apart.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
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
                results.append(_extraction(photos, encoder, cluster, arguments.runs))
                results.append(_training(photos, size, cluster, arguments.runs))
    report("cluster", results)


def _one_core(photos: Photos, encoder: OnnxEncoder, runs: int) -> list[dict[str, Any]]:
    """Photos a second that one core decodes, and that it encodes."""
    alone = OnnxEncoder(encoder.path, encoder.spec, threads=1)
    rows = np.arange(min(len(photos), 8 * BATCH))
    decoding, encoding = [], []
    for _ in range(runs):
        started = time.process_time()  # of all threads: what one core needs, however busy the machine is
        batches = list(load_batches(photos, rows, encoder.spec, BATCH, threads=1))
        decoding.append(len(rows) / (time.process_time() - started))
        started = time.process_time()
        for batch in batches:
            alone.encode(batch.pixels)
        encoding.append(len(rows) / (time.process_time() - started))
    return [
        {"name": f"{job}, photos a second a core, {encoder.spec.size} px", "figure": round(statistics.median(rates), 1)}
        for job, rates in (("decode", decoding), ("encode", encoding))
    ]


def _extraction(photos: Photos, encoder: OnnxEncoder, cluster: Cluster, runs: int) -> dict[str, Any]:
    def seconds(encode: Encode) -> float:
        started = time.perf_counter()
        done = sum(len(batch.rows) for batch in encode(photos, np.arange(len(photos)), encoder))
        assert done == len(photos), f"{len(photos) - done} photos cannot be read"
        return time.perf_counter() - started

    turns = [(seconds(cluster.encode), seconds(encode_here)) for _ in range(runs)]
    return _compared(f"extraction, photos a second, {encoder.spec.size} px", turns, len(photos))


def _training(photos: Photos, size: int, cluster: Cluster, runs: int) -> dict[str, Any]:
    """Of the epochs alone: a group of workers starts once for all of them."""
    settings = EncoderSettings(
        scratch={"depth_multiplier": 1.0}, image_size=size, frozen_epochs=0, epochs=1, batch_size=64, device="cpu"
    )
    rows = np.arange(len(photos))
    data = PhotoData(photos, make_labels(len(photos)), CATEGORIES, train=rows, validation=rows[:0])

    def seconds(backend: Backend) -> float:
        with tempfile.TemporaryDirectory() as workspace:
            return backend.finetune(data, settings, 0, Path(workspace), {}, Silent()).history[-1].seconds

    workers = Cluster(cluster.nodes, workers=sum(node.cpus for node in cluster.nodes))
    turns = [(seconds(workers), seconds(HERE)) for _ in range(runs)]
    return _compared(f"stage 1, photos a second, {size} px", turns, len(photos))


def _compared(name: str, turns: list[tuple[float, float]], photos: int) -> dict[str, Any]:
    """Photos a second on the cluster and here, medians of all turns."""
    figure, reference = (photos / statistics.median(side) for side in zip(*turns, strict=True))
    return {
        "name": name,
        "figure": round(figure, 1),
        "reference": round(reference, 1),
        "ratio": round(figure / reference, 2),
        "runs": len(turns),
    }


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
