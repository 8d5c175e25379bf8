"""Photos made small enough to be put into a page."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass

from PIL import Image

from visualtaste.data.images import decode, read_bytes
from visualtaste.data.locations import Location
from visualtaste.errors import ImageError

_QUALITY = 82


@dataclass(frozen=True)
class Thumbnail:
    """A photo as a data URI, or None and what to say in its place."""

    uri: str | None
    missing: str = ""


def thumbnail(path: Location | None, side: int) -> Thumbnail:
    """The photo with its longer side at most `side` pixels; a photo that cannot be read is no error."""
    if path is None:
        return Thumbnail(None, "no photo")
    try:
        image = Image.fromarray(decode(read_bytes(path), at_least=side, name=str(path)))
    except ImageError as error:
        return Thumbnail(None, f"photo {error.reason.replace('-', ' ')}")
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=_QUALITY, optimize=True)
    return Thumbnail("data:image/jpeg;base64," + base64.b64encode(stream.getvalue()).decode())
