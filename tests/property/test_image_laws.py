"""Whatever bytes arrive: pixels or an ImageError, never another exception and never a warning."""

from __future__ import annotations

from functools import cache
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from visualtaste.data.images import decode
from visualtaste.errors import ImageError

REASONS = {"empty", "not-an-image", "unsupported", "too-large", "truncated"}
KINDS = ("JPEG", "PNG", "GIF", "WEBP", "BMP")


@cache
def valid_photo(kind: str) -> bytes:
    pixels = np.random.default_rng(1).integers(0, 256, (24, 32, 3), dtype=np.uint8)
    stream = BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(pixels).save(stream, kind, exif=exif)
    return stream.getvalue()


def read_or_refuse(content: bytes) -> None:
    try:
        pixels = decode(content, at_least=8, max_pixels=1_000_000)
    except ImageError as refused:
        reason = refused.reason
    else:
        assert pixels.dtype == np.uint8
        assert pixels.ndim == 3
        assert pixels.shape[2] == 3
        return
    assert reason in REASONS


@given(st.binary(max_size=200), st.sampled_from(["", "\xff\xd8\xff", "\x89PNG\r\n\x1a\n", "GIF89a", "RIFF", "BM"]))
def test_random_bytes(content: bytes, start: str) -> None:
    read_or_refuse(start.encode("latin-1") + content)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60)
@given(data=st.data())
def test_damaged_photos(kind: str, data: st.DataObject) -> None:
    content = bytearray(valid_photo(kind))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    read_or_refuse(bytes(content[: data.draw(st.integers(0, len(content)))]))


@settings(max_examples=40)
@given(st.integers(1, 300), st.integers(1, 300), st.integers(1, 300))
def test_shrinking_stays_above_the_asked_side(width: int, height: int, at_least: int) -> None:
    stream = BytesIO()
    Image.new("RGB", (width, height), "red").save(stream, "JPEG")
    shape = decode(stream.getvalue(), at_least=at_least).shape
    assert min(shape[:2]) >= min(width, height, at_least)
    assert shape[0] <= height
    assert shape[1] <= width
