"""From an encoded photo to the square of pixels that the encoder reads; training and inference share this one."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from visualtaste.data.locations import Location
from visualtaste.types import UInt8


class PreprocessingSpec(BaseModel):
    """How a photo becomes the encoder's input; written into every model, so that all devices do the same.

    docs/reference/preprocessing.md says it exactly enough to be implemented elsewhere, tests/golden pins it.

    The photo is decoded (EXIF orientation applied, transparency on white), stretched to `size` x `size` as the
    paper does, and handed over as uint8 RGB. The encoder itself computes (pixels / 255 - mean) / std.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    version: Literal[1] = 1
    size: int = Field(224, ge=32, le=1024)
    resize: Literal["bilinear, antialiased"] = "bilinear, antialiased"
    mean: tuple[float, float, float] = (0.5, 0.5, 0.5)
    std: tuple[float, float, float] = (0.5, 0.5, 0.5)


def load_pixels(photo: Location | bytes, spec: PreprocessingSpec, name: str | None = None) -> UInt8:
    """Decode and resize one photo, given as a path, URL or encoded bytes, to (S, S, 3) uint8 RGB.

    Raises ImageError when the photo cannot be read; `name` is what it calls the photo, by default its path.
    """
    # Imported here: opening a model reads its spec, and Pillow takes longer to import than all the rest of the package.
    from visualtaste.data.images import decode, read_bytes

    name = name or ("photo" if isinstance(photo, bytes) else str(photo))
    content = photo if isinstance(photo, bytes) else read_bytes(photo)
    image = decode(content, at_least=spec.size, name=name)
    if image.shape[:2] == (spec.size, spec.size):
        return image
    return _stretched(image, spec.size)


def _stretched(pixels: UInt8, size: int) -> UInt8:
    """Pixels (H, W, 3) at (size, size, 3), the longer side first.

    Pillow's bilinear filter widens with the scale, so shrinking averages all pixels instead of skipping some. Each
    call is one pass, as versions of Pillow differ in which of two comes first, and so in how pixels are rounded.
    """
    from PIL import Image

    height, width = pixels.shape[:2]
    halfway = (width, size) if height > width else (size, height)
    image = Image.fromarray(pixels).resize(halfway, Image.Resampling.BILINEAR)
    if halfway != (size, size):
        image = image.resize((size, size), Image.Resampling.BILINEAR)
    return np.asarray(image)
