"""Stage 1: photos a second from JPEG files in training, against the plain eager float32 loop.

    python -m benchmarks.stage1 [--photos 512] [--size 128] [--runs 3]

Both sides read the same 256 x 384 JPEG files and use MobileNet v1 1.0. The plain loop is what one writes first:
Pillow, one photo after the other, float32, torch's defaults.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import nn

from benchmarks.machine import report
from visualtaste.config import EncoderSettings
from visualtaste.models.encoder import make_encoder
from visualtaste.models.head import Head
from visualtaste.seeding import generator
from visualtaste.training.finetune import PhotoData, finetune
from visualtaste.types import Ragged

CATEGORIES = 700
LABELS_A_PHOTO = 9


def main() -> None:
    """Time both sides in turns and print JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--photos", type=int, default=512)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    settings = EncoderSettings(
        scratch={"depth_multiplier": 1.0}, image_size=arguments.size, frozen_epochs=0, epochs=1, batch_size=64
    )
    with tempfile.TemporaryDirectory() as folder:
        paths = make_photos(Path(folder) / "photos", arguments.photos)
        labels = make_labels(arguments.photos)
        ours, plain = partial(_train_ours, paths, labels, settings), partial(_train_plain, paths, labels, settings)
        result = _compare("training", ours, plain, arguments.photos, arguments.runs)
    report(f"stage 1, {arguments.size} px", [result])


def _compare(
    name: str, ours: Callable[[], float], plain: Callable[[], float], photos: int, runs: int
) -> dict[str, Any]:
    """Run both sides in turns, so that what else the machine does meets both; the first turn only warms up."""
    seconds = [(ours(), plain()) for _ in range(runs + 1)][1:]
    figure, reference = (photos / statistics.median(side) for side in zip(*seconds, strict=True))
    return {
        "name": f"{name}, photos a second",
        "figure": round(figure, 1),
        "reference": round(reference, 1),
        "ratio": round(figure / reference, 2),
        "runs": runs,
    }


def _train_ours(paths: list[Path], labels: Ragged, settings: EncoderSettings) -> float:
    data = PhotoData(paths, labels, CATEGORIES, train=np.arange(len(paths)), validation=np.empty(0, dtype=np.int64))
    with tempfile.TemporaryDirectory() as workspace:
        return finetune(data, settings, 0, Path(workspace), {}).history[-1].seconds


def _train_plain(paths: list[Path], labels: Ragged, settings: EncoderSettings) -> float:
    backbone = make_encoder(settings).backbone
    head = Head(1024, settings.hidden, CATEGORIES, settings.dropout)
    model = nn.ModuleList([backbone, head]).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=settings.learning_rate)
    weight = torch.tensor(settings.positive_weight)
    targets = torch.from_numpy(labels.multi_hot(CATEGORIES)).float()
    start = time.perf_counter()
    for first in range(0, len(paths), settings.batch_size):
        batch = slice(first, first + settings.batch_size)
        images = torch.stack([_plain_photo(path, settings.image_size) for path in paths[batch]])
        logits = head(backbone(images).pooler_output.flatten(1))
        loss = nn.functional.binary_cross_entropy_with_logits(logits, targets[batch], pos_weight=weight)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return time.perf_counter() - start


def _plain_photo(path: Path, side: int) -> torch.Tensor:
    pixels = np.asarray(Image.open(path).convert("RGB").resize((side, side), Image.Resampling.BILINEAR))
    return torch.from_numpy(pixels.copy()).permute(2, 0, 1).float() / 127.5 - 1


def make_photos(folder: Path, count: int) -> list[Path]:
    """JPEG files of smooth noise, about as large as product photos of their size."""
    folder.mkdir()
    random = generator(0, "benchmark", "photos")
    paths = [folder / f"{number}.jpg" for number in range(count)]
    for path in paths:
        coarse = Image.fromarray(random.integers(0, 256, (24, 16, 3), dtype=np.uint8))
        coarse.resize((256, 384), Image.Resampling.BICUBIC).save(path, quality=90)
    return paths


def make_labels(count: int) -> Ragged:
    random = generator(0, "benchmark", "labels")
    return Ragged.from_rows([np.sort(random.choice(CATEGORIES, LABELS_A_PHOTO, replace=False)) for _ in range(count)])


if __name__ == "__main__":
    main()
