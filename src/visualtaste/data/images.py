"""The one way in which photos are read: encoded bytes in, upright RGB pixels or an ImageError out.

JPEG goes to libjpeg-turbo (simplejpeg), which shrinks inside the DCT where the caller allows it; everything else,
and every JPEG that libjpeg-turbo has doubts about, goes to Pillow. Pillow's file classes are opened by the
file's first bytes instead of by `Image.open`, whose warnings about large images cannot be silenced in threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import numpy as np
import simplejpeg
from PIL import BmpImagePlugin, GifImagePlugin, Image, ImageFile, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from visualtaste.data.exif import exif_orientation, jpeg_orientation, upright
from visualtaste.data.locations import Location, read_location
from visualtaste.errors import ImageError
from visualtaste.progress import Reporter, Silent
from visualtaste.types import UInt8

MAX_PIXELS = 50_000_000
IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp")

_THREADS = 2
_BATCH = 256  # photos between two reports of progress
_JPEG = b"\xff\xd8\xff"
_READERS: dict[bytes, type[ImageFile.ImageFile]] = {
    _JPEG: JpegImagePlugin.JpegImageFile,
    b"\x89PNG\r\n\x1a\n": PngImagePlugin.PngImageFile,
    b"GIF8": GifImagePlugin.GifImageFile,
    b"RIFF": WebPImagePlugin.WebPImageFile,
    b"BM": BmpImagePlugin.BmpImageFile,
}
_UNSUPPORTED = {b"II*\0": "a TIFF file", b"MM\0*": "a TIFF file", b"8BPS": "a Photoshop file"}


def read_bytes(path: Location) -> bytes:
    """Read a photo's file or URL; raises ImageError (missing, empty, not-an-image for a folder, unreadable)."""
    try:
        content = read_location(path)
    except (FileNotFoundError, NotADirectoryError):
        raise ImageError(f"{path}: no such file", reason="missing") from None
    except IsADirectoryError:
        raise ImageError(f"{path}: is a folder, not a photo", reason="not-an-image") from None
    except (OSError, ValueError) as error:  # ValueError: a path with a zero byte, a URL that is none
        cause = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ImageError(f"{path}: cannot be read: {cause}", reason="unreadable") from None
    _refuse_empty(content, str(path))
    return content


def decode(content: bytes, *, at_least: int | None = None, max_pixels: int = MAX_PIXELS, name: str = "photo") -> UInt8:
    """Decode one photo to RGB, uint8 (H, W, 3).

    EXIF orientation is applied, transparency put on white, 16 bits scaled to 8; of an animation the first frame
    is taken. With `at_least`, a JPEG may come out smaller, by a factor of two or more and only so far that both
    sides stay at least that long. A photo of more than `max_pixels`, by its header, is refused before its pixels
    are decoded. Raises ImageError whose message starts with `name` (empty, not-an-image, unsupported, too-large,
    truncated).
    """
    _refuse_empty(content, name)
    if content.startswith(_JPEG):
        pixels = _decode_jpeg(content, at_least, max_pixels, name)
        if pixels is not None:
            return pixels
    return _decode_by_pillow(content, max_pixels, name)


def image_suffix(content: bytes) -> str:
    """What the names of such files end with, by their first bytes: jpg, png, gif, webp or bmp; "" when none is read."""
    kind = next((reader.format for start, reader in _READERS.items() if content.startswith(start)), None) or ""
    return "jpg" if kind == "JPEG" else kind.lower()


def verify_images(
    paths: Sequence[Path], *, max_pixels: int = MAX_PIXELS, reporter: Reporter | None = None
) -> list[ImageError | None]:
    """Decode every photo once, in two threads; for each the error that using it would raise, or None."""

    def problem(path: Path) -> ImageError | None:
        try:
            # at_least=1: all of the file is read, but only an eighth of its pixels is made
            decode(read_bytes(path), at_least=1, max_pixels=max_pixels, name=str(path))
        except ImageError as error:
            return error
        return None

    problems: list[ImageError | None] = []
    with (
        ThreadPoolExecutor(_THREADS) as threads,
        (reporter or Silent()).task("checking photos", total=len(paths)) as task,
    ):
        for start in range(0, len(paths), _BATCH):
            problems.extend(threads.map(problem, paths[start : start + _BATCH]))
            task.advance(len(problems) - start)
    return problems


def _decode_jpeg(content: bytes, at_least: int | None, max_pixels: int, name: str) -> UInt8 | None:
    """Pixels of a JPEG, or None when it is for Pillow to judge.

    libjpeg-turbo in strict mode refuses files that are cut off, but also harmless deviations that many programs
    write; Pillow raises for the first and forgives the second. Its conversion of CMYK is the more exact one, too.
    """
    try:
        height, width, colours, _ = simplejpeg.decode_jpeg_header(content)
    except ValueError:
        return None
    _refuse_large(width, height, max_pixels, name)
    if colours not in ("YCbCr", "RGB", "Gray"):
        return None
    side = at_least or 0
    # Without shrinking the limits are zero, which simplejpeg ignores. Factors below 2 cost more than they save.
    factor = 2 if at_least else 1
    try:
        pixels = simplejpeg.decode_jpeg(content, min_height=side, min_width=side, min_factor=factor)
    except ValueError:
        return None
    return upright(pixels, jpeg_orientation(content))


def _decode_by_pillow(content: bytes, max_pixels: int, name: str) -> UInt8:
    reader = _reader_of(content, name)
    # Below their interface Pillow's parsers raise whatever a damaged file makes them stumble over.
    try:
        image = reader(BytesIO(content))
    except Image.DecompressionBombError as error:
        raise ImageError(f"{name}: {error}", reason="too-large") from None
    except Exception as error:
        raise _damaged(name, error) from None
    _refuse_large(image.width, image.height, max_pixels, name)
    try:
        image.load()
        pixels = _to_rgb(image)
    except Exception as error:
        raise _damaged(name, error) from None
    is_jpeg = content.startswith(_JPEG)
    return upright(pixels, jpeg_orientation(content) if is_jpeg else exif_orientation(image.info.get("exif", b"")))


def _to_rgb(image: Image.Image) -> UInt8:
    if image.mode.startswith("I"):  # 16-bit grey: converting would clip, not scale
        values = np.asarray(image).astype(np.int64)
        grey = (values + 128) // 257
        if "transparency" in image.info:
            grey[values == image.info["transparency"]] = 255
        return np.repeat(grey.astype(np.uint8)[:, :, None], 3, axis=2)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image.getchannel("A"))
        return np.array(white)
    return np.array(image.convert("RGB"))


def _reader_of(content: bytes, name: str) -> type[ImageFile.ImageFile]:
    for start, reader in _READERS.items():
        if content.startswith(start):
            return reader
    kind = next((kind for start, kind in _UNSUPPORTED.items() if content.startswith(start)), None)
    if content[4:8] == b"ftyp":  # the container of phones' photos and of videos
        kind = "a HEIC, AVIF or video file"
    if kind is not None:
        raise ImageError(f"{name}: {kind}; convert it to JPEG, PNG or WebP", reason="unsupported")
    raise ImageError(f"{name}: not an image (JPEG, PNG, WebP, GIF and BMP are read)", reason="not-an-image")


def _refuse_empty(content: bytes, name: str) -> None:
    if not content:
        raise ImageError(f"{name}: has no bytes", reason="empty")


def _refuse_large(width: int, height: int, max_pixels: int, name: str) -> None:
    if width * height > max_pixels:
        raise ImageError(
            f"{name}: {width} x {height} pixels are more than the limit of {max_pixels:,}", reason="too-large"
        )


def _damaged(name: str, cause: Exception) -> ImageError:
    return ImageError(f"{name}: damaged or cut off: {cause}", reason="truncated")
