"""A handful of photos, read on threads and encoded in batches, with what could not be read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from visualtaste.features.encoder import OnnxEncoder
from visualtaste.features.encoding import encode_here
from visualtaste.inference.interests import SkippedPhoto
from visualtaste.types import Float32

Photo = Path | str | bytes
"""A path, or the encoded bytes of a photo."""


@dataclass(frozen=True, eq=False)
class EncodedPhotos:
    """Features of the photos that could be read, and why the others could not."""

    features: Float32  # (n, K)
    read: tuple[str, ...]  # names (n,)
    skipped: tuple[SkippedPhoto, ...]


def encode_photos(encoder: OnnxEncoder, photos: Iterable[Photo], skip_unreadable: bool) -> EncodedPhotos:
    """Encode the photos in order; the name of one given as bytes is its position, "photo 3".

    Raises TypeError when these are not photos, and ImageError, naming the photo, on the first that cannot be
    read, unless `skip_unreadable`.
    """
    photos, names = _named(photos)
    sources = [Path(photo) if isinstance(photo, str) else photo for photo in photos]
    features = [np.empty((0, encoder.feature_size), dtype=np.float32)]
    read: list[str] = []
    skipped: list[SkippedPhoto] = []
    for batch in encode_here(sources, np.arange(len(sources)), encoder, names):
        for row, error in batch.failures.items():
            if not skip_unreadable:
                raise error
            skipped.append(SkippedPhoto(names[row], error.reason, str(error)))
        read.extend(names[row] for row in batch.rows)
        features.append(batch.features)
    return EncodedPhotos(np.concatenate(features), tuple(read), tuple(skipped))


def _named(photos: Iterable[Photo]) -> tuple[tuple[Photo, ...], tuple[str, ...]]:
    """The photos, and what each is called in results and errors."""
    if isinstance(photos, str | bytes | Path):  # a str is a sequence too, of letters
        raise TypeError(f"photos must be a list of photos, not the single {type(photos).__name__} {photos!r:.60}")
    photos = tuple(photos)
    for photo in photos:
        if not isinstance(photo, str | bytes | Path):
            raise TypeError(f"a photo is a path or the encoded bytes of one, not {type(photo).__name__}")
    return photos, tuple(f"photo {i}" if isinstance(p, bytes) else str(p) for i, p in enumerate(photos, start=1))
