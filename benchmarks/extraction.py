"""From JPEG files to stored features: photos a second, against the obvious way and against the ceiling.

    python -m benchmarks.extraction MODEL [--photos FOLDER] [--count 192] [--runs 9]

MODEL is a model or encoder folder; with an `encoder.int8.onnx` in it int8 is timed too. The photos are the first JPEG
files below FOLDER, or drawn ones of 256 x 384; those of some 1000 pixels are the same, enlarged three times and with a
camera's noise. The obvious way is Pillow and the model of transformers in eager float32, 32 photos at a time. The
ceiling is the slower of decoding alone and the network alone, each on all cores; as both need the same cores, what they
can do together is less: `together` is the rate at which both times add up.

Each side is a process of its own, as libraries change each other's threads and memory; all of them take turns.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.machine import report
from benchmarks.stage1 import make_photos
from visualtaste.seeding import generator

ENLARGED, NOISE = 3, 3.0
GOALS = {"float32": 4.0, "int8": 10.0}


def main() -> None:
    """Time all sides in turns and print JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=Path)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--count", type=int, default=192)
    parser.add_argument("--runs", type=int, default=9)
    arguments = parser.parse_args()
    precisions = ["float32", *(["int8"] if (arguments.model / "encoder.int8.onnx").exists() else [])]
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "small"
        if arguments.photos:
            _copy(sorted(arguments.photos.rglob("*.jpg"))[: arguments.count], small)
        else:
            make_photos(small, arguments.count)
        large = _enlarge(small, Path(folder) / "large")
        results = []
        for photos in (small, large):
            results += _compare(arguments.model, photos, precisions, arguments.runs)
    report("extraction, from JPEG files to stored features", results)


def _compare(model: Path, photos: Path, precisions: list[str], runs: int) -> list[dict[str, Any]]:
    names = ["obvious", "decode", *(f"{what}:{one}" for one in precisions for what in ("ours", "network"))]
    with ExitStack() as stack:
        sides = {name: stack.enter_context(_start(name, model, photos)) for name in names}
        turns = [{name: _turn(side) for name, side in sides.items()} for _ in range(runs + 1)][1:]
    seconds = {name: statistics.median(turn[name] for turn in turns) for name in names}
    paths = sorted(photos.iterdir())
    width, height = Image.open(paths[0]).size
    shape = {
        "pixels": f"{width} x {height}",
        "kilobytes": round(sum(p.stat().st_size for p in paths) / len(paths) / 1e3),
    }
    return [
        result for one in precisions for result in _results(one, {k: len(paths) / s for k, s in seconds.items()}, shape)
    ]


def _results(precision: str, rates: dict[str, float], shape: dict[str, Any]) -> list[dict[str, Any]]:
    ours, network, decode = rates[f"ours:{precision}"], rates[f"network:{precision}"], rates["decode"]
    ceiling = min(network, decode)
    return [
        {
            "name": f"{precision}, photos a second",
            "figure": round(ours, 1),
            "reference": round(rates["obvious"], 1),
            "ratio": round(ours / rates["obvious"], 2),
            "goal": f"at least {GOALS[precision]:g}",
            **shape,
        },
        {
            "name": f"{precision}, of the ceiling",
            "figure": round(ours, 1),
            "reference": round(ceiling, 1),
            "ratio": round(ours / ceiling, 2),
            "goal": "at least 0.7",
            "decode alone": round(decode, 1),
            "network alone": round(network, 1),
            "together": round(1 / (1 / decode + 1 / network), 1),
            **shape,
        },
    ]


def _start(name: str, model: Path, photos: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "benchmarks.extraction_sides", name, str(model), str(photos)]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )


def _turn(side: subprocess.Popen[str]) -> float:
    """Let one side work through all photos; the seconds that it took."""
    assert side.stdin is not None
    assert side.stdout is not None
    side.stdin.write("go\n")
    side.stdin.flush()
    return float(json.loads(side.stdout.readline()))


def _copy(photos: list[Path], folder: Path) -> None:
    folder.mkdir()
    for photo in photos:
        (folder / photo.name).write_bytes(photo.read_bytes())


def _enlarge(photos: Path, folder: Path) -> Path:
    folder.mkdir()
    random = generator(0, "benchmark", "camera noise")
    for path in sorted(photos.iterdir()):
        image = Image.open(path)
        pixels = np.asarray(image.resize((image.width * ENLARGED, image.height * ENLARGED), Image.Resampling.LANCZOS))
        noisy = pixels + random.normal(0, NOISE, pixels.shape)
        Image.fromarray(noisy.round().clip(0, 255).astype(np.uint8)).save(folder / path.name, quality=85)
    return folder


if __name__ == "__main__":
    main()
