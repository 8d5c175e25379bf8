"""docs/reference/preprocessing.md in plain Python, as somebody would write it who has only the page."""

from __future__ import annotations

from math import ceil

import numpy as np

from visualtaste.types import UInt8


def divided_by_255(t: np.ndarray) -> np.ndarray:
    """d(t) of the page."""
    return (t + 128 + (t + 128) // 256) >> 8


def on_white(rgba: UInt8) -> UInt8:
    """Section 2, transparency: (H, W, 4) -> (H, W, 3)."""
    colours, alpha = rgba[..., :3].astype(int), rgba[..., 3:].astype(int)
    return divided_by_255(colours * alpha + 255 * (255 - alpha)).astype(np.uint8)


def from_inks(inks: UInt8) -> UInt8:
    """Section 2, CMYK: inks (H, W, 4) -> (H, W, 3)."""
    n = 255 - inks[..., 3:].astype(int)
    return (n - divided_by_255(inks[..., :3] * n)).astype(np.uint8)


def decoded_size(width: int, height: int, size: int) -> tuple[int, int]:
    """Section 3: the width and height at which a JPEG is decoded."""
    for n in (1, 2, 3, 4):
        scaled = ceil(width * n / 8), ceil(height * n / 8)
        if scaled[0] >= min(width, size) and scaled[1] >= min(height, size):
            return scaled
    return width, height


def turned(pixels: UInt8, orientation: int) -> UInt8:
    """Section 4, the table."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        pixels = np.fliplr(pixels)
    if orientation in (3, 4, 7, 8):
        pixels = np.flipud(pixels)
    return pixels


def weights(length: int, size: int, x: int) -> tuple[int, list[float]]:
    """Section 5: the first pixel that output `x` is made of, and the weights, which sum to 1."""
    scale = length / size
    reach = max(scale, 1.0)
    centre = (x + 0.5) * scale
    start, stop = max(0, int(centre - reach + 0.5)), min(length, int(centre + reach + 0.5))
    triangle = [max(0.0, 1 - abs(i + 0.5 - centre) / reach) for i in range(start, stop)]
    return start, [w / sum(triangle) for w in triangle]


def one_pass(rows: UInt8, size: int) -> UInt8:
    """Section 5: (N, ...) -> (S, ...)."""
    if len(rows) == size:
        return rows
    out = np.empty((size, *rows.shape[1:]), dtype=np.uint8)
    for x in range(size):
        start, shares = weights(len(rows), size, x)
        total = 2**21 + sum(int(w * 2**22 + 0.5) * rows[start + i].astype(int) for i, w in enumerate(shares))
        out[x] = np.clip(total >> 22, 0, 255)
    return out


def stretched(pixels: UInt8, size: int) -> UInt8:
    """Section 5: (H, W, 3) -> (S, S, 3), the longer side first."""
    height, width, _ = pixels.shape
    if height > width:
        return one_pass(one_pass(pixels, size).swapaxes(0, 1), size).swapaxes(0, 1)
    return one_pass(one_pass(pixels.swapaxes(0, 1), size).swapaxes(0, 1), size)
