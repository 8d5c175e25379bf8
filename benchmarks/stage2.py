"""Stage 2 at the paper's scale: an epoch against the bare matrix products and against the usual padded loop.

    python -m benchmarks.stage2 [--users 66519] [--runs 3] [--padded-users 8192]

Training users are 70 % of the generated shop's. Three things are timed in turns, in one process:

ours      one epoch of `fit_interests`: two blocks + gating, head, random subsets, AdamW
products  only the products of the linear layers at the same batch size, forward and both of backward
padded    what one writes first, in float32: a DataLoader of padded sets of 64 users with masks, the same network, Adam

Where other work shares the cores, set OMP_WAIT_POLICY=PASSIVE: spinning threads would drown every figure.
Peak memory is that of a child process that maps the features from disk and trains an epoch.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.machine import report
from benchmarks.padded import PaddedTraining
from visualtaste.config import InterestsSettings
from visualtaste.data.shop.features import features_shop
from visualtaste.training.interests_run import InterestsData, InterestsRun
from visualtaste.types import Ragged

CATEGORIES = 1000
TRAINING_SHARE = 0.7  # as in the paper
NO_USERS = np.empty(0, dtype=np.int64)


def main() -> None:
    """Time all sides in turns and print JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--users", type=int, default=66_519)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--padded-users", type=int, default=8192, help="users that the padded loop is timed on")
    parser.add_argument("--measure-memory", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure_memory:
        print(json.dumps(_epoch_with_peak(arguments.measure_memory)))
        return
    shop = features_shop(users=arguments.users, interactions=round(547_700 * arguments.users / 66_519))
    data = InterestsData(
        shop.features,
        shop.item_categories,
        train=shop.user_items.take(np.arange(int(TRAINING_SHARE * arguments.users))),
        validation=shop.user_items.take(NO_USERS),
    )
    with tempfile.TemporaryDirectory() as folder:
        _write(data, Path(folder))
        memory = subprocess.run(
            [sys.executable, "-m", "benchmarks.stage2", "--measure-memory", folder],
            check=True,
            capture_output=True,
            text=True,
        )
    report("stage 2 at the paper's scale", [*_times(data, arguments), json.loads(memory.stdout)])


def _times(data: InterestsData, arguments: argparse.Namespace) -> list[dict[str, Any]]:
    runs = {
        precision: InterestsRun(data, CATEGORIES, InterestsSettings(precision=precision), seed=0)
        for precision in ("float32", "bfloat16")
    }
    batch_size = runs["float32"].batch_size
    usual = PaddedTraining(data, CATEGORIES, InterestsSettings(), users=arguments.padded_users)
    sides: dict[str, Callable[[], object]] = {"padded float32": usual.epoch}
    for precision, run in runs.items():
        dtype = getattr(torch, precision)
        sides[f"ours {precision}"] = run.epoch
        sides[f"products {precision}"] = partial(_products, len(data.train), batch_size, dtype)
    seconds = {name: statistics.median(times) for name, times in _in_turns(sides, arguments.runs).items()}
    seconds["padded float32"] *= len(data.train) / usual.users

    def against(figure: str, reference: str, goal: str) -> dict[str, Any]:
        return {
            "name": f"{figure} against {reference}",
            "figure": round(seconds[figure], 2),
            "reference": round(seconds[reference], 2),
            "ratio": round(seconds[figure] / seconds[reference], 3),
            "unit": "seconds an epoch",
            "goal": goal,
            "users": len(data.train),
            "batch size": batch_size,
        }

    return [
        against("ours float32", "products float32", "at most 1.5"),
        against("ours bfloat16", "products float32", "at most 1.5"),
        against("ours bfloat16", "products bfloat16", "none"),
        against("ours float32", "padded float32", "at most 1/3"),
        against("ours bfloat16", "padded float32", "at most 1/3"),
    ]


def _in_turns(sides: dict[str, Callable[[], object]], runs: int) -> dict[str, list[float]]:
    """Times of each side, run one after the other, so that what else the machine does hits all alike."""
    times: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(runs):
        for name, side in sides.items():
            start = time.perf_counter()
            side()
            times[name].append(time.perf_counter() - start)
    return times


def _products(users: int, batch_size: int, dtype: torch.dtype) -> None:
    """For each linear layer of the network and each step y = x W', x' = y W and W' = y' x."""
    size, hidden = 1024, 2048
    shapes = [(size, size), (size, size), (size, hidden), (hidden, CATEGORIES)]  # second query, gate, head
    layers = [
        (torch.randn(batch_size, inputs, dtype=dtype), torch.randn(outputs, inputs, dtype=dtype))
        for inputs, outputs in shapes
    ]
    for _ in range(-(-users // batch_size)):
        for x, weight in layers:
            y = x @ weight.T
            y @ weight
            y.T @ x


def _write(data: InterestsData, folder: Path) -> None:
    np.save(folder / "features.npy", data.features)
    for name, rows in (("item_categories", data.item_categories), ("train", data.train)):
        np.save(folder / f"{name}.npy", rows.values)
        np.save(folder / f"{name}.offsets.npy", rows.offsets)


def _epoch_with_peak(folder: Path) -> dict[str, Any]:
    """Train one epoch from the files of `_write` and say how much memory this process ever held."""

    def ragged(name: str) -> Ragged:
        return Ragged(np.load(folder / f"{name}.npy"), np.load(folder / f"{name}.offsets.npy"))

    train = ragged("train")
    data = InterestsData(
        np.load(folder / "features.npy", mmap_mode="r"), ragged("item_categories"), train, train.take(NO_USERS)
    )
    InterestsRun(data, CATEGORIES, InterestsSettings(), seed=0).epoch()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # kilobytes on Linux
    return {
        "name": "peak memory of a training",
        "figure": round(peak, 2),
        "reference": 2.0,
        "ratio": round(peak / 2, 3),
        "unit": "GiB",
        "goal": "at most 1",
    }


if __name__ == "__main__":
    main()
