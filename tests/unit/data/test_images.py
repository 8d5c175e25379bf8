"""Every kind of good and bad photo, each made here: upright RGB comes out, or an error with its reason."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from visualtaste.data.images import decode, read_bytes, verify_images
from visualtaste.errors import ImageError
from visualtaste.types import UInt8


def encode(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def quadrants(width: int = 64, height: int = 48) -> Image.Image:
    """Red and green above, blue and yellow below: every turn and mirroring of it looks different."""
    image = Image.new("RGB", (width, height))
    for column, row, colour in ((0, 0, "red"), (1, 0, "lime"), (0, 1, "blue"), (1, 1, "yellow")):
        image.paste(
            colour, (column * width // 2, row * height // 2, (column + 1) * width // 2, (row + 1) * height // 2)
        )
    return image


def noise(width: int, height: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8))


def corners(pixels: UInt8) -> list[list[int]]:
    """Colours of the four quadrants' centres, row by row, rounded to 0 or 255."""
    height, width, _ = pixels.shape
    centres = [
        (height // 4, width // 4),
        (height // 4, -width // 4),
        (-height // 4, width // 4),
        (-height // 4, -width // 4),
    ]
    return [[255 * int(value > 127) for value in pixels[centre]] for centre in centres]


RED, LIME, BLUE, YELLOW = [255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0]


def reason_of(content: bytes, **options: int) -> str:
    with pytest.raises(ImageError, match=r"^photo: ") as caught:
        decode(content, **options)
    return caught.value.reason


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP"])
def test_every_kind_gives_the_same_picture(kind: str) -> None:
    pixels = decode(encode(quadrants(), kind))
    assert pixels.shape == (48, 64, 3)
    assert pixels.dtype == np.uint8
    assert pixels.flags["C_CONTIGUOUS"]
    assert corners(pixels) == [RED, LIME, BLUE, YELLOW]


@pytest.mark.parametrize("progressive", [False, True])
def test_jpeg_is_what_pillow_sees(progressive: bool) -> None:
    content = encode(quadrants(), "JPEG", quality=90, progressive=progressive)
    expected = np.asarray(Image.open(BytesIO(content)).convert("RGB")).astype(int)
    assert np.abs(decode(content) - expected).max() <= 2


def test_grey_jpeg_and_palette_and_one_bit() -> None:
    assert corners(decode(encode(quadrants().convert("L"), "JPEG")))[3] == [255, 255, 255]
    assert corners(decode(encode(quadrants().convert("P"), "PNG"))) == [RED, LIME, BLUE, YELLOW]
    assert decode(encode(Image.new("1", (8, 8), 1), "PNG")).min() == 255


def test_cmyk_jpeg_has_true_colours() -> None:
    assert corners(decode(encode(quadrants().convert("CMYK"), "JPEG"))) == [RED, LIME, BLUE, YELLOW]
    inks = (30, 120, 200, 80)
    expected = [(255 - ink) * (255 - inks[3]) / 255 for ink in inks[:3]]
    pixels = decode(encode(Image.new("CMYK", (16, 16), inks), "JPEG", quality=95))
    assert np.abs(pixels - expected).max() <= 1.5


def test_sixteen_bits_are_scaled_not_clipped() -> None:
    values = np.array([[0, 257, 32896, 65535]], dtype=np.uint16)
    pixels = decode(encode(Image.fromarray(values), "PNG"))
    assert pixels[0].tolist() == [[0] * 3, [1] * 3, [128] * 3, [255] * 3]


def test_sixteen_bit_grey_with_a_transparent_value() -> None:
    values = np.array([[0, 65535]], dtype=np.uint16)
    content = encode(Image.fromarray(values), "PNG")
    start = content.index(b"IDAT") - 4
    chunk = b"tRNS" + struct.pack(">H", 0)
    transparent = (
        content[:start] + struct.pack(">I", 2) + chunk + struct.pack(">I", zlib.crc32(chunk)) + content[start:]
    )
    assert decode(content)[0, 0].tolist() == [0, 0, 0]
    assert decode(transparent)[0, 0].tolist() == [255, 255, 255]


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_transparency_is_put_on_white(kind: str) -> None:
    image = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    image.paste((200, 0, 0, 128), (0, 0, 2, 4))
    pixels = decode(encode(image, kind, lossless=True))
    assert pixels[0, 3].tolist() == [255, 255, 255]
    assert np.abs(pixels[0, 0].astype(int) - [227, 127, 127]).max() <= 1


def test_transparent_palette_and_grey_alpha_are_put_on_white() -> None:
    palette = Image.new("P", (4, 4), 1)
    palette.putpalette([255, 0, 0, 0, 0, 255])
    assert decode(encode(palette, "GIF", transparency=1)).min() == 255
    assert decode(encode(Image.new("LA", (4, 4), (0, 0)), "PNG")).min() == 255
    assert decode(encode(Image.new("L", (4, 4), 7), "PNG", transparency=7)).min() == 255


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_an_animation_gives_its_first_frame(kind: str) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    content = encode(frames[0], kind, save_all=True, append_images=frames[1:], duration=50)
    assert corners(decode(content)) == [RED] * 4


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_exif_orientation_is_applied(orientation: int, kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = encode(quadrants(), kind, exif=exif)
    expected = np.asarray(ImageOps.exif_transpose(Image.open(BytesIO(content))).convert("RGB"))
    pixels = decode(content)
    assert pixels.shape == expected.shape
    assert corners(pixels) == corners(expected)
    assert (corners(pixels) == [RED, LIME, BLUE, YELLOW]) == (orientation == 1)


@pytest.mark.parametrize(
    ("at_least", "shape"),
    [(None, (480, 640)), (480, (480, 640)), (241, (480, 640)), (240, (240, 320)), (60, (60, 80)), (1, (60, 80))],
)
def test_jpeg_is_shrunk_only_as_far_as_asked(at_least: int | None, shape: tuple[int, int]) -> None:
    assert decode(encode(quadrants(640, 480), "JPEG"), at_least=at_least).shape[:2] == shape


def test_a_small_jpeg_is_not_enlarged() -> None:
    assert decode(encode(quadrants(64, 48), "JPEG"), at_least=224).shape[:2] == (48, 64)


def test_shrinking_and_turning_go_together() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    pixels = decode(encode(quadrants(640, 480), "JPEG", exif=exif), at_least=200)
    assert pixels.shape[:2] == (320, 240)
    assert corners(pixels) == [BLUE, RED, YELLOW, LIME]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_file_is_refused(kind: str, share: float) -> None:
    content = encode(noise(64, 64), kind)
    assert reason_of(content[: int(len(content) * share)]) == "truncated"


def test_a_truncated_progressive_or_cmyk_jpeg_is_refused() -> None:
    for image, options in ((noise(64, 64), {"progressive": True}), (noise(64, 64).convert("CMYK"), {})):
        content = encode(image, "JPEG", **options)
        assert reason_of(content[: len(content) * 2 // 3]) == "truncated"


def test_harmless_deviations_of_a_jpeg_are_forgiven() -> None:
    content = encode(quadrants(), "JPEG")
    assert corners(decode(content + b"trailing bytes")) == [RED, LIME, BLUE, YELLOW]
    stray = content[:-2] + b"stray bytes before the end" + content[-2:]  # strict libjpeg-turbo refuses this one
    assert corners(decode(stray)) == [RED, LIME, BLUE, YELLOW]


def png_header(width: int, height: int) -> bytes:
    """A PNG whose header promises the given size and whose pixels are missing."""
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"")),
        (b"IEND", b""),
    ]
    packed = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def test_the_pixel_limit_is_checked_before_decoding() -> None:
    # 10 gigapixels: only a check of the header can come to this answer
    assert reason_of(png_header(100_000, 100_000)) == "too-large"
    jpeg = bytearray(encode(noise(16, 16), "JPEG"))
    size = jpeg.index(b"\xff\xc0") + 5
    jpeg[size : size + 4] = struct.pack(">HH", 60_000, 60_000)
    assert reason_of(bytes(jpeg)) == "too-large"
    gif = bytearray(encode(noise(16, 16), "GIF"))
    gif[6:10] = struct.pack("<HH", 60_000, 60_000)
    assert reason_of(bytes(gif)) == "too-large"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_the_pixel_limit_is_inclusive(kind: str) -> None:
    content = encode(noise(20, 10), kind)
    assert decode(content, max_pixels=200).shape == (10, 20, 3)
    assert reason_of(content, max_pixels=199) == "too-large"


def test_a_large_but_allowed_image_gives_no_warning_of_pillow(monkeypatch: pytest.MonkeyPatch) -> None:
    # pytest turns warnings into errors; Pillow's own limit is lowered so that the test need not be large
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    for kind in ("PNG", "GIF", "BMP", "JPEG"):
        assert decode(encode(noise(20, 20), kind)).shape == (20, 20, 3)
    assert decode(encode(noise(20, 20).convert("CMYK"), "JPEG")).shape == (20, 20, 3)


def test_what_is_no_image_or_not_read() -> None:
    assert reason_of(b"") == "empty"
    assert reason_of(b"<html>404 Not Found</html>") == "not-an-image"
    assert reason_of(b"\x00" * 100) == "not-an-image"
    assert reason_of(encode(quadrants(), "TIFF")) == "unsupported"
    assert reason_of(b"\x00\x00\x00\x20ftypheic" + b"\x00" * 50) == "unsupported"


def test_read_bytes_says_what_is_wrong_with_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = tmp_path / "empty.jpg"
    empty.touch()
    for path, reason in (
        (tmp_path / "none.jpg", "missing"),
        (empty / "below.jpg", "missing"),
        (tmp_path, "not-an-image"),
        (empty, "empty"),
        (Path("with\0zero.jpg"), "unreadable"),
    ):
        with pytest.raises(ImageError) as caught:
            read_bytes(path)
        assert caught.value.reason == reason
        assert str(path) in str(caught.value)

    def denied(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", denied)
    with pytest.raises(ImageError, match=r"empty\.jpg: cannot be read: Permission denied") as caught:
        read_bytes(empty)
    assert caught.value.reason == "unreadable"


def test_verify_images_keeps_the_order_and_counts_all(tmp_path: Path) -> None:
    good, text, gone = tmp_path / "good.jpg", tmp_path / "text.jpg", tmp_path / "gone.jpg"
    quadrants().save(good)
    text.write_text("an error page")
    paths = [good, text, gone] * 100
    problems = verify_images(paths)
    assert [problem and problem.reason for problem in problems] == [None, "not-an-image", "missing"] * 100
    assert str(text) in str(problems[1])
    assert verify_images([]) == []


def test_verify_images_applies_the_pixel_limit(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    quadrants(20, 10).save(path)
    assert verify_images([path], max_pixels=200) == [None]
    (problem,) = verify_images([path], max_pixels=199)
    assert problem is not None
    assert problem.reason == "too-large"
