"""Which way up a photo is: the EXIF orientation of a file, applied to its pixels.

Only the orientation is read, and by hand: Pillow's reader parses every tag and prints warnings about damaged
ones, and it needs a Pillow image where the JPEG decoder has none.
"""

from __future__ import annotations

import struct

import numpy as np

from visualtaste.types import UInt8

ORIENTATION_TAG = 0x0112
_EXIF_HEADER = b"Exif\0\0"


def jpeg_orientation(content: bytes) -> int:
    """EXIF orientation 1..8 of an encoded JPEG; 1, upright, where it says nothing or nothing sensible."""
    at = 2
    while content[at : at + 1] == b"\xff" and at + 4 <= len(content):
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if marker == 0xDA:  # the pixels start: metadata stands before them
            break
        segment = content[at + 4 : at + 2 + length]
        if marker == 0xE1 and segment.startswith(_EXIF_HEADER):
            return exif_orientation(segment)
        at += 2 + length
    return 1


def exif_orientation(exif: bytes) -> int:
    """EXIF orientation 1..8 of an EXIF block (a small TIFF file, with or without its "Exif" header)."""
    tiff = exif.removeprefix(_EXIF_HEADER)
    endian = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if endian is None:
        return 1
    try:
        (directory,) = struct.unpack_from(endian + "I", tiff, 4)
        (entries,) = struct.unpack_from(endian + "H", tiff, directory)
        for entry in range(entries):
            tag, _, _, value = struct.unpack_from(endian + "HHIH", tiff, directory + 2 + 12 * entry)
            if tag == ORIENTATION_TAG:
                return value if 1 <= value <= 8 else 1
    except struct.error:  # damaged metadata around a photo that may well be whole
        pass
    return 1


def upright(pixels: UInt8, orientation: int) -> UInt8:
    """Turn and mirror pixels (H, W, 3) the way that the EXIF orientation 1..8 asks for."""
    if orientation >= 5:
        pixels = pixels.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)
