"""How long one person waits: from a new photo's file to updated interests, and for those of a stored profile.

    python -m benchmarks.latency MODEL PHOTOS [--runs 200]

PHOTOS is a folder of JPEG files. The profile has 40 of them; each run adds another one, asks for the 15 first
interests, and takes it out again, untimed. Where the model has an int8 encoder, both precisions take turns, photo by
photo.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

import visualtaste
from benchmarks.machine import milliseconds, report
from visualtaste.inference.profile.profile import Profile

SHOWN, TOP = 40, 15
NEW_PHOTO, STORED = 10.0, 1.0  # goals, ms


def main() -> None:
    """Time all precisions in turns and print JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=Path)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--runs", type=int, default=200)
    arguments = parser.parse_args()
    model = visualtaste.load(arguments.model)
    models = [model]
    if model.manifest.exports.int8:
        models.append(visualtaste.load(arguments.model, "int8"))
    photos = sorted(arguments.photos.rglob("*.jpg"))[: SHOWN + arguments.runs]
    profiles = [model.profile() for model in models]
    for profile in profiles:
        for photo in photos[:SHOWN]:
            profile.add(photo)
        profile.interests()
    new = np.array([[_update(profile, photo) for profile in profiles] for photo in photos[SHOWN:]])
    size, pooling = model.manifest.preprocessing.size, model.manifest.pooling
    results = [
        milliseconds(f"a new photo to interests, {each.precision}, {size} px, {pooling}", taken, NEW_PHOTO)
        for each, taken in zip(models, new.T, strict=True)
    ]
    content = profiles[0].to_bytes()
    stored = np.array([_read(model, content) for _ in range(arguments.runs)])
    results.append(milliseconds(f"interests of a stored profile of {SHOWN} photos, {pooling}", stored, STORED))
    report("latency", results)


def _update(profile: Profile, photo: Path) -> float:
    start = time.perf_counter()
    added = profile.add(photo)
    profile.interests().top(TOP)
    taken = time.perf_counter() - start
    profile.remove(added)
    return taken


def _read(model: visualtaste.TasteModel, content: bytes) -> float:
    start = time.perf_counter()
    Profile.from_bytes(model, content).interests().top(TOP)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
