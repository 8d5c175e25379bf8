"""Batches of preprocessed photos, decoded on threads ahead of whoever consumes them."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from visualtaste.data.locations import Location
from visualtaste.errors import ImageError
from visualtaste.features.preprocessing import PreprocessingSpec, load_pixels
from visualtaste.types import Int64, UInt8

_BATCHES_AHEAD = 2


@dataclass(frozen=True, eq=False)
class PhotoBatch:
    """Some rows' photos; rows whose photo cannot be read are in `failures` instead."""

    rows: Int64  # (B,)
    pixels: UInt8  # (B, S, S, 3)
    failures: dict[int, ImageError]


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
    batches = deque(rows[start : start + batch_size] for start in range(0, len(rows), batch_size))
    waiting: deque[tuple[Int64, list[Future[UInt8 | ImageError]]]] = deque()
    with ThreadPoolExecutor(max_workers=threads or os.cpu_count() or 1) as pool:
        while batches or waiting:
            while batches and len(waiting) < _BATCHES_AHEAD:
                batch = batches.popleft()
                waiting.append(
                    (batch, [pool.submit(_load, photos[row], spec, names[row] if names else None) for row in batch])
                )
            batch, futures = waiting.popleft()
            yield _collect(batch, [future.result() for future in futures], spec)


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
