"""Photos to features, a batch at a time: what every place that can do it hands back to extraction."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from visualtaste.data.locations import Location
from visualtaste.errors import ImageError
from visualtaste.features.ahead import work_ahead
from visualtaste.features.encoder import OnnxEncoder
from visualtaste.features.photos import PhotoBatch, load_batch, load_batches
from visualtaste.features.session import usable_cores
from visualtaste.types import Float32, Int64

BATCH = 64
_PARTS_AHEAD = 2  # for each core: one in work, one that waits for whoever takes the features


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


def encode_here(
    photos: Sequence[Location | bytes | None],
    rows: Int64,
    encoder: OnnxEncoder,
    names: Sequence[str] | None = None,
) -> Iterator[FeatureBatch]:
    """Compute features in this process, in the order of `rows`.

    Every core takes some photos, decodes them and runs the network on them by itself: pixels stay in its cache and
    no core waits for another. Photos and `names` are as in `load_batches`.
    """
    cores = usable_cores()
    if len(rows) == 1:  # somebody waits for it: to start a thread would take longer than to decode it
        yield _encode(load_batch(photos, rows, encoder.spec, names), encoder)
        return
    if len(rows) < cores:  # too few to share out: the cores share the network instead
        for batch in load_batches(photos, rows, encoder.spec, cores, names):
            yield _encode(batch, encoder)
        return
    size = min(BATCH, math.ceil(len(rows) / cores))
    parts = (rows[start : start + size] for start in range(0, len(rows), size))
    alone = encoder.on_one_core
    yield from work_ahead(
        lambda part: _encode(load_batch(photos, part, encoder.spec, names), alone), parts, cores, _PARTS_AHEAD * cores
    )


def _encode(batch: PhotoBatch, encoder: OnnxEncoder) -> FeatureBatch:
    return FeatureBatch(batch.rows, encoder.encode(batch.pixels), batch.failures)
