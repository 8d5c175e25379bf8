"""How well an exported network agrees with the PyTorch one that it was made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from visualtaste.models.encoder import Encoder
from visualtaste.progress import Task
from visualtaste.types import Float32, Float64, UInt8

_AT_ONCE = 16  # photos that PyTorch encodes at once, which bounds its memory


@dataclass(frozen=True)
class Agreement:
    """Cosines between the features of photos by two networks."""

    photos: int
    mean: float
    most: float  # which 99 of 100 photos reach
    worst: float

    @classmethod
    def of(cls, features: Float32, others: Float32) -> Agreement:
        """Of features (n, K) and the same photos' others (n, K)."""
        cosines = _cosines(features, others)
        most = np.quantile(cosines, 0.01, method="lower")
        return cls(len(cosines), float(cosines.mean()), float(most), float(cosines.min()))


def torch_features(encoder: Encoder, pixels: UInt8, task: Task | None = None) -> Float32:
    """Features (n, K) of photos (n, S, S, 3) by the network as it was trained; the task advances by one a photo."""
    features = []
    for start in range(0, len(pixels), _AT_ONCE):
        part = torch.from_numpy(pixels[start : start + _AT_ONCE])
        with torch.inference_mode():
            features.append(encoder(part).numpy())
        if task:
            task.advance(len(part))
    return np.concatenate(features)


def _cosines(features: Float32, others: Float32) -> Float64:
    """(n,); two features of zero length agree, one alone does not; NaN agrees with nothing."""
    a, b = features.astype(np.float64), others.astype(np.float64)
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    both_zero = ~a.any(axis=1) & ~b.any(axis=1)
    cosines = (a * b).sum(axis=1) / np.where(lengths > 0, lengths, 1)
    return np.where(both_zero, 1.0, np.nan_to_num(cosines, nan=-1.0))
