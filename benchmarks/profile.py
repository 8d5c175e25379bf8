"""A user's profile: what an update costs as the set grows, interests of 40 stored photos, bytes of the state.

    python -m benchmarks.profile [--runs 200]

Networks of the paper's size with random weights (K = 1024, 2048 hidden units, D = 1000), features from a generator.

update     features (K,) of one photo added and removed again, beside sets of 10 to 2560 photos; constant cost shows
           as a ratio of about 1 of the largest set's time to the smallest's
interests  the 15 most probable of D, of a profile of 40 photos in memory and of one read from its bytes; goal 1 ms
batch      the same answer from all 40 photos' features at once
bytes      the state of 40 photos, and what one photo more adds
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.machine import median_seconds, report
from benchmarks.random_model import K, complete
from visualtaste.config import POOLING_TITLES, PoolingName, TasteConfig
from visualtaste.features.preprocessing import PreprocessingSpec
from visualtaste.inference.profile.profile import Profile
from visualtaste.inference.taste_model import TasteModel
from visualtaste.types import Float32, Ragged

PHOTOS = 40
TOP = 15
SIZES = (10, 40, 160, 640, 2560)
TIMED: tuple[PoolingName, ...] = ("average", "attention", "attention2", "attention2_gating", "netvlad")


def main() -> None:
    """Measure every pooling and print JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=200)
    runs = parser.parse_args().runs
    features = np.maximum(np.random.default_rng(0).normal(size=(max(SIZES) + 1, K)), 0).astype(np.float32)
    results: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        for pooling in POOLING_TITLES:
            model = _random_model(Path(folder) / pooling, pooling)
            for keep in (True, False) if model.photo_score else (True,):
                results.extend(_state(model, features, keep))
            if pooling in TIMED:
                results.extend([*_updates(model, features, runs), *_interests(model, features, runs)])
    report("profile", results)


def _updates(model: TasteModel, features: Float32, runs: int) -> Iterator[dict[str, Any]]:
    """Adding and removing one photo beside sets of growing size."""
    profile, newcomer = model.profile(), features[-1]

    def update() -> None:
        profile.remove(profile.add(newcomer))

    milliseconds = {}
    for size in SIZES:
        for row in features[len(profile) : size]:
            profile.add(row)
        milliseconds[size] = 1000 * median_seconds(update, runs)
    smallest, largest = milliseconds[SIZES[0]], milliseconds[SIZES[-1]]
    yield {
        "name": f"{model.manifest.pooling}: a photo added and removed, beside {SIZES[-1]} against {SIZES[0]} photos",
        "figure": round(largest, 4),
        "reference": round(smallest, 4),
        "ratio": round(largest / smallest, 2),
        "unit": "ms",
        "goal": "ratio about 1",
        "by size": {str(size): round(value, 4) for size, value in milliseconds.items()},
    }


def _interests(model: TasteModel, features: Float32, runs: int) -> Iterator[dict[str, Any]]:
    """Interests of 40 photos, from memory and from bytes, against the batch."""
    profile = _filled(model, features, keep=True)
    content, sets = profile.to_bytes(), Ragged(profile.features(), np.array([0, PHOTOS]))
    batch = 1000 * median_seconds(lambda: model.predict(sets), runs)
    sides = {
        "in memory": lambda: profile.interests().top(TOP),
        "read from bytes": lambda: Profile.from_bytes(model, content).interests().top(TOP),
    }
    for where, side in sides.items():
        taken = 1000 * median_seconds(side, runs)
        yield {
            "name": f"{model.manifest.pooling}: interests of {PHOTOS} photos, {where}, against the bare network on all",
            "figure": round(taken, 3),
            "reference": round(batch, 3),
            "ratio": round(taken / batch, 2),
            "unit": "ms",
            "goal": "at most 1 ms",
        }


def _state(model: TasteModel, features: Float32, keep: bool) -> Iterator[dict[str, Any]]:
    """Bytes of 40 photos against their features in float32."""
    profile = _filled(model, features, keep)
    before = profile.nbytes
    profile.add(features[PHOTOS])
    yield {
        "name": f"{model.manifest.pooling}: state of {PHOTOS} photos, features {'kept' if keep else 'dropped'}",
        "figure": before,
        "reference": PHOTOS * K * 4,
        "ratio": round(before / (PHOTOS * K * 4), 3),
        "unit": "bytes",
        "one photo more": profile.nbytes - before,
        "written": len(_filled(model, features, keep).to_bytes()),
    }


def _filled(model: TasteModel, features: Float32, keep: bool) -> Profile:
    profile = model.profile(keep_features=keep)
    for row in features[:PHOTOS]:
        profile.add(row)
    return profile


def _random_model(folder: Path, pooling: PoolingName) -> TasteModel:
    """A model folder whose interests work; its encoder is never asked."""
    folder.mkdir(parents=True)
    torch.manual_seed(0)
    config = TasteConfig().updated({"interests": {"pooling": pooling, "zero_query": False, "scale_scores": False}})
    for name in ("encoder.onnx", "item_classifier.onnx"):
        (folder / name).write_bytes(b"not asked here")
    complete(folder, config, PreprocessingSpec())
    return TasteModel.load(folder)


if __name__ == "__main__":
    main()
