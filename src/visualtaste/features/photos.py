"""Batches of preprocessed photos, one after the other or decoded on threads ahead of whoever consumes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from visualtaste.data.locations import Location
from visualtaste.errors import ImageError
from visualtaste.features.ahead import work_ahead
from visualtaste.features.preprocessing import PreprocessingSpec, load_pixels
from visualtaste.features.session import usable_cores
from visualtaste.types import Int64, UInt8

_BATCHES_AHEAD = 2


@dataclass(frozen=True, eq=False)
class PhotoBatch:
    """Some rows' photos; rows whose photo cannot be read are in `failures` instead."""

    rows: Int64  # (B,)
    pixels: UInt8  # (B, S, S, 3)
    failures: dict[int, ImageError]


def load_batch(
    photos: Sequence[Location | bytes | None], rows: Int64, spec: PreprocessingSpec, names: Sequence[str] | None = None
) -> PhotoBatch:
    """Read the photos of `rows` here, one after the other; see `load_batches`."""
    return _collect(rows, [_load(photos[row], spec, names[row] if names else None) for row in rows], spec)


def load_batches(
    photos: Sequence[Location | bytes | None],
    rows: Int64,
    spec: PreprocessingSpec,
    batch_size: int,
    names: Sequence[str] | None = None,
    threads: int | None = None,
) -> Iterator[PhotoBatch]:
    """Read the photos of `rows` (indices into `photos`) in that order, `batch_size` at a time.

    Photos are paths, URLs or encoded bytes; None fails as "missing". `names` are what errors call them, by default
    their paths. `threads` decode, by default one a core. At most a few batches are decoded ahead, so memory stays
    flat.
    """
    results = work_ahead(
        lambda row: _load(photos[row], spec, names[row] if names else None),
        rows,
        threads=threads or usable_cores(),
        ahead=_BATCHES_AHEAD * batch_size,
    )
    for start in range(0, len(rows), batch_size):
        batch = rows[start : start + batch_size]
        yield _collect(batch, list(islice(results, len(batch))), spec)


def _load(photo: Location | bytes | None, spec: PreprocessingSpec, name: str | None) -> UInt8 | ImageError:
    if photo is None:
        return ImageError("the item has no photo", reason="missing")
    try:
        return load_pixels(photo, spec, name=name)
    except ImageError as error:
        return error


def _collect(batch: Int64, results: list[UInt8 | ImageError], spec: PreprocessingSpec) -> PhotoBatch:
    failures = {int(row): result for row, result in zip(batch, results, strict=True) if isinstance(result, ImageError)}
    images = [result for result in results if not isinstance(result, ImageError)]
    pixels = np.stack(images) if images else np.empty((0, spec.size, spec.size, 3), dtype=np.uint8)
    return PhotoBatch(np.array([row for row in batch if int(row) not in failures], dtype=np.int64), pixels, failures)
