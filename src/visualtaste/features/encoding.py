"""Photos to features, a batch at a time: what every place that can do it hands back to extraction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from visualtaste.data.locations import Location
from visualtaste.errors import ImageError
from visualtaste.features.encoder import OnnxEncoder
from visualtaste.features.photos import load_batches
from visualtaste.types import Float32, Int64

BATCH = 64


@dataclass(frozen=True, eq=False)
class FeatureBatch:
    """Features of some rows; rows whose photo cannot be read are in `failures` instead."""

    rows: Int64  # (B,)
    features: Float32  # (B, K)
    failures: dict[int, ImageError]


class Encode(Protocol):
    """Computes the features of the photos of `rows` (indices into `photos`): each row once, in any order."""

    def __call__(
        self, photos: Sequence[Location | None], rows: Int64, encoder: OnnxEncoder
    ) -> Iterator[FeatureBatch]: ...


def encode_here(photos: Sequence[Location | None], rows: Int64, encoder: OnnxEncoder) -> Iterator[FeatureBatch]:
    """Compute features in this process, in the order of `rows`."""
    nothing = np.empty((0, encoder.feature_size), dtype=np.float32)
    for batch in load_batches(photos, rows, encoder.spec, BATCH):
        features = encoder.encode(batch.pixels) if len(batch.rows) else nothing
        yield FeatureBatch(batch.rows, features, batch.failures)
