from __future__ import annotations

import struct

import numpy as np
import pytest
from PIL import Image

from visualtaste.data.exif import exif_orientation, jpeg_orientation, upright


def exif_block(orientation: int, endian: str) -> bytes:
    """Two tags, the second the orientation, written byte by byte as the TIFF specification says."""
    start = {"<": b"II*\0", ">": b"MM\0*"}[endian] + struct.pack(endian + "I", 8)
    width = struct.pack(endian + "HHIHH", 0x0100, 3, 1, 640, 0)
    tag = struct.pack(endian + "HHIHH", 0x0112, 3, 1, orientation, 0)
    return start + struct.pack(endian + "H", 2) + width + tag + struct.pack(endian + "I", 0)


@pytest.mark.parametrize("endian", ["<", ">"])
@pytest.mark.parametrize("header", [b"", b"Exif\0\0"])
def test_orientation_is_read_in_both_byte_orders(endian: str, header: bytes) -> None:
    assert exif_orientation(header + exif_block(6, endian)) == 6


def test_nonsense_means_upright() -> None:
    block = exif_block(6, "<")
    assert exif_orientation(b"") == 1
    assert exif_orientation(b"garbage" * 5) == 1
    assert exif_orientation(exif_block(0, "<")) == 1
    assert exif_orientation(exif_block(9, "<")) == 1
    assert exif_orientation(block[:20]) == 1
    assert exif_orientation(block[:4] + struct.pack("<I", 10**9) + block[8:]) == 1


def test_jpeg_segments_are_walked_to_the_exif_block() -> None:
    def segment(marker: int, content: bytes) -> bytes:
        return b"\xff" + bytes([marker]) + struct.pack(">H", len(content) + 2) + content

    exif = segment(0xE1, b"Exif\0\0" + exif_block(8, ">"))
    jfif, xmp, pixels = (
        segment(0xE0, b"JFIF\0" + bytes(9)),
        segment(0xE1, b"http://ns.adobe.com/"),
        segment(0xDA, b"...."),
    )
    assert jpeg_orientation(b"\xff\xd8" + jfif + xmp + exif + pixels) == 8
    assert jpeg_orientation(b"\xff\xd8" + jfif + pixels) == 1
    assert jpeg_orientation(b"\xff\xd8" + pixels + exif) == 1  # within the pixels it is no segment
    assert jpeg_orientation(b"\xff\xd8") == 1
    assert jpeg_orientation((b"\xff\xd8" + exif)[:20]) == 1


def test_upright_agrees_with_pillow() -> None:
    pixels = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    turns = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
    for orientation, turn in turns.items():
        expected = pixels if turn is None else np.asarray(Image.fromarray(pixels).transpose(turn))
        np.testing.assert_array_equal(upright(pixels, orientation), expected)
