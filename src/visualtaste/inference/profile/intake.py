"""A photo on its way into a profile: its features, and what it is called."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from visualtaste.data.images import read_bytes
from visualtaste.errors import ProfileError
from visualtaste.inference.photos import Photo
from visualtaste.inference.profile.photo import Float16, to_float16, to_float32
from visualtaste.types import Float32

if TYPE_CHECKING:
    from visualtaste.inference.taste_model import TasteModel

_ID_DIGITS = 32


def take(model: TasteModel, photo: Photo | NDArray[Any]) -> tuple[Float16, str]:
    """Features (K,) of a photo (or these themselves), and the id that it has by itself.

    Raises ImageError when the photo cannot be read, ProfileError when features are not K finite numbers.
    """
    size = model.manifest.feature_size
    if isinstance(photo, np.ndarray):
        features = to_float16(photo, size)
        return features, _id(features.tobytes())
    features = to_float16(model.encode([photo])[0], size)
    return features, photo_id(photo)


def photo_id(photo: Photo) -> str:
    """The id that a photo (a path or encoded bytes) has in a profile by itself; raises ImageError when unreadable."""
    return _id(photo if isinstance(photo, bytes) else read_bytes(Path(photo)))


def checked_id(id: str) -> str:
    """The id, if it is one; raises ProfileError otherwise."""
    if not isinstance(id, str) or not id or not id.isprintable():
        raise ProfileError(f"a photo's id is text without control characters, not {id!r}")
    return id


def stack(rows: Sequence[Float16 | None], feature_size: int) -> Float32:
    """Kept features as a matrix (n, K); raises ProfileError when they were dropped."""
    kept = [row for row in rows if row is not None]
    if len(kept) < len(rows):
        raise ProfileError("this profile has dropped the features of its photos")
    return to_float32(np.array(kept, dtype=np.float16).reshape(-1, feature_size))


def _id(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:_ID_DIGITS]
