"""Makes the awkward photos of tests/golden/photos, and what is expected of them: `python tests/golden/make_photos.py`.

The files are committed, since encoders differ between versions; this script says how they came about. `--expected`
leaves the photos alone and pins what the present code makes of them: only for a change of the specification.
"""

from __future__ import annotations

import json
import struct
import sys
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

from visualtaste.features.preprocessing import PreprocessingSpec, load_pixels

HERE = Path(__file__).parent
PHOTOS, REFUSED, EXPECTED = HERE / "photos", HERE / "refused", HERE / "expected"
SIZE = 48
QUADRANTS = EXPECTED / "quadrants_at_224.json"


def picture(width: int = 61, height: int = 45) -> Image.Image:
    """Red, green, blue and grey corners that run into each other, and a dark bar that shows which way up it is."""
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    corners = ((225, 40, 30), (40, 190, 60), (30, 60, 210), (170, 170, 170))
    weights = ((1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y)
    pixels = sum(weight[..., None] * np.array(corner) for weight, corner in zip(weights, corners, strict=True))
    pixels[height // 5 : height // 3 + 1, width // 8 : width // 2] *= 0.3
    return Image.fromarray(pixels.round().astype(np.uint8))


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def jpeg(image: Image.Image | None = None, **options: object) -> bytes:
    return encoded(image or picture(), "JPEG", **{"quality": 80, **options})


def exif(orientation: int, order: str) -> bytes:
    """An EXIF block of one tag, little-endian ("<") or big-endian (">")."""
    start = {"<": b"II*\0", ">": b"MM\0*"}[order]
    tag = struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0)
    return b"Exif\0\0" + start + struct.pack(order + "IH", 8, 1) + tag + struct.pack(order + "I", 0)


def with_alpha(width: int = 61, height: int = 45) -> Image.Image:
    """The picture, more and more transparent from left to right."""
    image = picture(width, height)
    image.putalpha(Image.fromarray(np.tile(np.linspace(255, 0, width).astype(np.uint8), (height, 1))))
    return image


def grey16(width: int = 61, height: int = 45) -> Image.Image:
    return Image.fromarray(np.linspace(0, 65535, width * height).astype(np.uint16).reshape(height, width))


def transparent_palette() -> bytes:
    return encoded(picture().quantize(16), "PNG", transparency=bytes(range(0, 256, 17)))


def png(width: int, height: int, bits: int, colour: int, content: bytes, *, interlaced: bool = False) -> bytes:
    chunks = {
        b"IHDR": struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, int(interlaced)),
        b"IDAT": zlib.compress(content, 9),
        b"IEND": b"",
    }
    packed = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks.items()
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def interlaced_png() -> bytes:
    """The picture in the seven passes of Adam7, which Pillow reads and does not write."""
    pixels = np.asarray(picture())
    height, width, _ = pixels.shape
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
    rows = (row for x, y, dx, dy in passes for row in pixels[y::dy, x::dx])
    return png(width, height, 8, 2, b"".join(b"\0" + row.tobytes() for row in rows), interlaced=True)


def rgb16_png() -> bytes:
    """16 bits a colour: the picture's in the high bytes, noise in the low ones."""
    pixels = np.asarray(picture()).astype(">u2") * 256
    pixels += np.random.default_rng(0).integers(0, 256, pixels.shape).astype(">u2")
    height, width, _ = pixels.shape
    return png(width, height, 16, 2, b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels))


def animation(kind: str) -> bytes:
    frames = [picture(), picture().rotate(180)]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)


def swapped_profile() -> bytes:
    """An ICC profile in which red is called green: who applies it sees the wrong colours."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"tmpX").replace(b"gXYZ", b"rXYZ").replace(b"tmpX", b"gXYZ")


def ycck() -> bytes:
    """A CMYK JPEG that says that its inks are stored as YCC and K, as Photoshop does; the colours are strange."""
    content = bytearray(jpeg(picture().convert("CMYK")))
    content[content.index(b"Adobe") + 11] = 2
    return bytes(content)


def photos() -> dict[str, bytes]:
    """Every photo that must be read, by its file's name."""
    turned = {f"orientation_{n}.jpg": jpeg(exif=exif(n, "<>"[n % 2])) for n in range(1, 9)}
    large = picture(1003, 751)
    return turned | {
        "baseline_444.jpg": jpeg(subsampling="4:4:4"),
        "baseline_422.jpg": jpeg(subsampling="4:2:2"),
        "baseline_420.jpg": jpeg(subsampling="4:2:0"),
        "progressive.jpg": jpeg(progressive=True),
        "grey.jpg": jpeg(picture().convert("L")),
        "rgb.jpg": jpeg(keep_rgb=True),
        "cmyk.jpg": jpeg(picture().convert("CMYK")),
        "ycck.jpg": ycck(),
        "icc_swapped.jpg": jpeg(icc_profile=swapped_profile()),
        "damaged_exif.jpg": jpeg(exif=exif(6, "<")[:18] + b"\xff" * 20),
        "exif_orientation_9.jpg": jpeg(exif=exif(9, "<")),
        "trailing_garbage.jpg": jpeg() + b"<!-- served by a shop -->" * 4,
        "stray_bytes.jpg": jpeg(picture(401, 301))[:-2] + b"stray bytes" + b"\xff\xd9",
        "large_420.jpg": jpeg(large, quality=50, subsampling="4:2:0"),
        "large_444.jpg": jpeg(picture(641, 479), quality=50, subsampling="4:4:4"),
        "large_turned.jpg": jpeg(picture(641, 479), quality=50, exif=exif(6, ">")),
        "three_eighths.jpg": jpeg(picture(151, 130)),  # at 48 pixels
        "between_half_and_whole.jpg": jpeg(picture(70, 60)),  # at 48 pixels
        "one_pixel.jpg": jpeg(Image.new("RGB", (1, 1), (200, 100, 50))),
        "wide.jpg": jpeg(picture(900, 9)),
        "one_column.png": encoded(picture(1, 200), "PNG"),
        "alpha.png": encoded(with_alpha(), "PNG"),
        "palette_transparent.png": transparent_palette(),
        "grey16.png": encoded(grey16(), "PNG"),
        "rgb16.png": rgb16_png(),
        "interlaced.png": interlaced_png(),
        "turned.png": encoded(picture(), "PNG", exif=exif(8, ">")),
        "animated.gif": animation("GIF"),
        "animated.webp": animation("WEBP"),
        "alpha_lossless.webp": encoded(with_alpha(), "WEBP", lossless=True, exact=True),
        "alpha_lossy.webp": encoded(with_alpha(), "WEBP", quality=80),
        "photo.bmp": encoded(picture(), "BMP"),
    }


def refused() -> dict[str, bytes]:
    """Every file that must be refused."""
    truncated = jpeg(picture(200, 150), progressive=True)
    return {
        "truncated.jpg": jpeg(picture(200, 150))[:1500],
        "truncated_progressive.jpg": truncated[: len(truncated) // 2],
        "truncated.png": encoded(picture(), "PNG")[:600],
        "truncated.webp": encoded(picture(), "WEBP")[:150],
        "empty.jpg": b"",
        "error_page.jpg": b"<!DOCTYPE html><html><title>404 Not Found</title></html>\n",
        "phone.heic": struct.pack(">I", 24) + b"ftypheic\0\0\0\0mif1heic" + bytes(40),
        "scan.tiff": encoded(picture(8, 8), "TIFF"),
        "bomb.png": png(100_000, 100_000, 8, 2, b""),
        "bomb.jpg": jpeg_of_size(60_000, 60_000),
    }


def jpeg_of_size(width: int, height: int) -> bytes:
    """A small JPEG whose header promises another size."""
    content = bytearray(jpeg(picture(16, 16)))
    at = content.index(b"\xff\xc0") + 5
    content[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(content)


def pin(photo: Path) -> dict[str, list[list[float]]]:
    """Write the pixels at 48; returns the quadrants' mean colours at 224."""
    Image.fromarray(load_pixels(photo, PreprocessingSpec(size=SIZE))).save(EXPECTED / f"{photo.name}.png")
    return {photo.name: quadrant_means(load_pixels(photo, PreprocessingSpec(size=224)))}


def quadrant_means(pixels: np.ndarray) -> list[list[float]]:
    """Mean RGB of the four quadrants, row by row."""
    half = len(pixels) // 2
    parts = (pixels[y, x] for y in (slice(half), slice(half, None)) for x in (slice(half), slice(half, None)))
    return [part.mean(axis=(0, 1)).round(2).tolist() for part in parts]


def main() -> None:
    if "--expected" not in sys.argv:
        for folder, files in ((PHOTOS, photos()), (REFUSED, refused())):
            folder.mkdir(exist_ok=True)
            for name, content in files.items():
                (folder / name).write_bytes(content)
    EXPECTED.mkdir(exist_ok=True)
    means = {name: value for photo in sorted(PHOTOS.iterdir()) for name, value in pin(photo).items()}
    lines = ",\n".join(f'"{name}": {json.dumps(value)}' for name, value in means.items())
    QUADRANTS.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
