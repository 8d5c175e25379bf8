"""Stage 2 as an ONNX file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from visualtaste.export.onnx import to_onnx
from visualtaste.models.interests import InterestsModel
from visualtaste.seeding import derive
from visualtaste.types import offsets_of


def export_interests(model: InterestsModel, path: Path) -> None:
    """Write `interests.onnx`: features (T, K), offsets (U+1,) int64 -> probabilities (U, D), attention (T,), logits.

    The logits (U, D) are those of the probabilities, which are too coarse for them near 1. The file appears only once
    ONNX Runtime has agreed with torch on sets of several sizes, among them one user with one photo. Raises
    TrainingError with the figures otherwise.
    """
    model = model.cpu()
    first, *others = (_random_sets(model, lengths) for lengths in ([3, 1, 40, 5], [1], [7], [1] * 9))
    to_onnx(
        _Prediction(model),
        dict(zip(("features", "offsets"), first, strict=True)),
        ("probabilities", "attention", "logits"),
        path,
        dynamic={"features": {0: "photos"}, "offsets": {0: "boundaries"}},
        checks=others,
    )


class _Prediction(nn.Module):
    """What the file computes, as a module's forward, which is what the exporter traces."""

    def __init__(self, model: InterestsModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, features: Tensor, offsets: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        logits, attention = self.model.predict_logits(features, offsets)
        return torch.sigmoid(logits), attention, logits


def _random_sets(model: InterestsModel, lengths: list[int]) -> tuple[Tensor, Tensor]:
    """Features that are distributed as those that the model was trained on, and offsets."""
    generator = torch.Generator().manual_seed(derive(0, "export", "interests", sum(lengths)))
    noise = torch.randn((sum(lengths), len(model.feature_mean)), generator=generator)
    return noise / model.feature_scale + model.feature_mean, torch.from_numpy(offsets_of(np.array(lengths)))
