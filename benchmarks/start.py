"""How long a program that predicts takes to start: `import visualtaste`, loading a model, the first interests.

    python -m benchmarks.start [--python BASE/bin/python] [--runs 15]

A model of the published size with random weights: MobileNet v1 at 224 pixels, K = 1024 features, two attention blocks
and gating, 2048 hidden units, D = 1000 categories. Each run is a process of its own, by the interpreter of `--python`:
that of a base install, where the project was installed from, or this one. Times are taken inside of the process,
from before its first import; starting Python itself (`python -c pass`) stands beside them.

start    `import visualtaste`, `visualtaste.load`, and both networks opened; goal 0.7 s
         against the least that any program must do: NumPy and ONNX Runtime imported, the two files opened
first    the same and the interests of one photo of 1000 pixels
cold     both again, after every file of the model and of the packages was dropped from the cache of the disk
imports  where the imports' time goes, by `python -X importtime`
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from benchmarks.machine import median_seconds, report
from benchmarks.random_model import D, complete
from visualtaste.config import TasteConfig
from visualtaste.models.encoder import make_encoder
from visualtaste.models.item_classifier import ItemClassifier
from visualtaste.training.fit import write_encoder

GOAL = 0.7  # seconds

# Each prints the seconds of its steps as JSON; the arguments are the model's folder and a photo.
OURS = """
import json, sys, time
marks = [time.perf_counter()]
import visualtaste
marks.append(time.perf_counter())
model = visualtaste.load(sys.argv[1])
marks.append(time.perf_counter())
model.encoder, model.predict(visualtaste.types.Ragged.from_rows([[[0] * 1024]], "float32"))
marks.append(time.perf_counter())
model.interests([sys.argv[2]])
marks.append(time.perf_counter())
steps = [after - before for before, after in zip(marks, marks[1:])]
print(json.dumps(dict(zip(["import", "load", "open", "interests"], steps))))
"""
LEAST = """
import json, sys, time
start = time.perf_counter()
import numpy, onnxruntime
for name in ("encoder", "interests"):
    onnxruntime.InferenceSession(f"{sys.argv[1]}/{name}.onnx", providers=["CPUExecutionProvider"])
print(json.dumps({"open": time.perf_counter() - start}))
"""
PACKAGES = ("visualtaste", "numpy", "onnxruntime", "pydantic", "pydantic_core", "PIL", "simplejpeg", "rich", "typer")
IMPORTS = "import sys, visualtaste; visualtaste.load(sys.argv[1]).encoder"

Steps = dict[str, float]
"""Seconds of each step."""


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--python", type=Path, default=Path(sys.executable), help="the interpreter of a base install")
    parser.add_argument("--runs", type=int, default=15)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        model = write_full_size_model(Path(folder) / "model")
        photo = write_photo(Path(folder) / "photo.jpg")
        python = Python(arguments.python, model, photo)
        results = [*starts(python, arguments.runs), *imports(python)]
    report("start", results)


class Python:
    """Runs code in processes of its own, by another interpreter, on one model and photo."""

    def __init__(self, interpreter: Path, model: Path, photo: Path) -> None:
        self._command = [str(interpreter.absolute())]
        self._arguments = [str(model), str(photo)]
        kept = set() if str(interpreter) != sys.executable else {"PYTHONPATH"}  # where this process found the project
        self._environment = {name: os.environ[name] for name in os.environ if name in kept or name != "PYTHONPATH"}
        packages = "import sysconfig; print(sysconfig.get_path('purelib'))"
        self._cached = (Path(self._run("-c", packages).stdout.strip()), model)

    def steps(self, code: str) -> Steps:
        """What the code says of itself."""
        said: Steps = json.loads(self._run("-c", code).stdout)
        return said

    def import_times(self, code: str) -> str:
        """What `-X importtime` says of the code."""
        return self._run("-X", "importtime", "-c", code).stderr

    def forget(self) -> None:
        """Drop the model and all packages from the cache of the disk; pages that other processes map stay."""
        for folder in self._cached:
            for path in folder.rglob("*"):
                if path.is_file():
                    with path.open("rb") as file:
                        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)

    def _run(self, *options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self._command, *options, *self._arguments],
            capture_output=True,
            text=True,
            check=True,
            env=self._environment,
        )


def starts(python: Python, runs: int) -> Iterator[dict[str, Any]]:
    """Warm and cold, until the networks are open and until the first interests are there."""
    bare = median_seconds(lambda: python.import_times("pass"), runs)
    for temperature, before in (("warm", _nothing), ("cold", python.forget)):
        ours, least = (_medians(python, code, before, runs) for code in (OURS, LEAST))
        all_steps, reference = sum(ours.values()), least["open"]
        ready = all_steps - ours["interests"]
        yield {
            "name": f"import, load and networks opened, {temperature}, against ONNX Runtime alone",
            "figure": round(ready, 3),
            "reference": round(reference, 3),
            "ratio": round(ready / reference, 2),
            "unit": "s",
            "goal": f"at most {GOAL} s, warm",
            "steps": {name: round(seconds, 3) for name, seconds in ours.items()},
            "starting Python beside": round(bare, 3),
        }
        yield {
            "name": f"the same and the first interests of a photo, {temperature}",
            "figure": round(all_steps, 3),
            "reference": round(reference, 3),
            "ratio": round(all_steps / reference, 2),
            "unit": "s",
        }


def _medians(python: Python, code: str, before: Callable[[], None], runs: int) -> Steps:
    """The median of each step over the runs, `before` called before each."""
    said: list[Steps] = []
    for _ in range(runs):
        before()
        said.append(python.steps(code))
    return {step: statistics.median(steps[step] for steps in said) for step in said[0]}


def imports(python: Python) -> Iterator[dict[str, Any]]:
    """Milliseconds of each package's own modules, as the import of everything that predicting needs tells them."""
    own: Counter[str] = Counter()
    for line in python.import_times(IMPORTS).splitlines():
        if line.startswith("import time:") and line.count("|") == 2:
            microseconds, _, name = line.removeprefix("import time:").split("|")
            if microseconds.strip().isdigit():
                package = name.strip().split(".")[0]
                own[package if package in PACKAGES else "all others"] += int(microseconds)
    total = own.total()
    for package, spent in own.most_common():
        yield {
            "name": f"imports: {package}, of all imports",
            "figure": round(spent / 1000, 1),
            "reference": round(total / 1000, 1),
            "ratio": round(spent / total, 2),
            "unit": "ms",
        }


def _nothing() -> None:
    """Warm: what was read before is still in memory."""


def write_full_size_model(folder: Path) -> Path:
    """A whole model folder of the published size, with random weights."""
    torch.manual_seed(0)
    config = TasteConfig().updated({"encoder": {"scratch": {"depth_multiplier": 1.0}}})
    classifier = ItemClassifier(make_encoder(config.encoder), D, config.encoder)
    write_encoder(classifier, folder)
    complete(folder, config, classifier.encoder.spec)
    return folder


def write_photo(path: Path) -> Path:
    """A photo of 1000 x 1000 pixels, as shops have them."""
    coarse = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    Image.fromarray(coarse).resize((1000, 1000), Image.Resampling.BICUBIC).save(path, quality=90)
    return path


if __name__ == "__main__":
    main()
