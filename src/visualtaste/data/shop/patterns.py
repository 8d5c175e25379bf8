"""The patterns that products are printed with, as outlines that cover the whole product.

Each is a function of the period and returns prints: outlines of as many points each (n, points, 2) and the ink they
are filled with. Later prints cover earlier ones. Less than half of the product is printed on, so that its own
colour prevails.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from visualtaste.types import Float64

Ink = Literal["accent", "half", "heart"]  # the pattern's colour, half of it mixed with the product's, a flower's heart
Prints = list[tuple[Float64, Ink]]

REACH = 1.25  # patterns cover [-REACH, REACH] both ways: more than any product


def plain(period: float) -> Prints:
    """Nothing."""
    return []


def striped(period: float) -> Prints:
    """Stripes from side to side."""
    return [(_rows(0.95 * period, 0.42), "accent")]


def checked(period: float) -> Prints:
    """Gingham: half-strong stripes both ways, full where they cross."""
    rows = _rows(1.15 * period, 0.45)
    columns = rows[..., ::-1]
    corner = rows[:, None, :, 1] + 0 * rows[None, :, :, 1]  # (n, n, 4)
    crossings = np.stack([columns[None, :, :, 0] + 0 * corner, corner[..., [1, 2, 3, 0]]], axis=-1)
    return [(rows, "half"), (columns, "half"), (crossings.reshape(-1, 4, 2), "accent")]


def dotted(period: float) -> Prints:
    """Round dots, every second row shifted."""
    return [(_grid(0.85 * period) + 0.25 * period * _rays(12), "accent")]


def zigzag(period: float) -> Prints:
    """Bands that go up and down."""
    x = np.arange(-REACH, REACH + period, period / 2)
    teeth = np.where(np.arange(len(x)) % 2, 0.5 * period, 0)
    upper = np.stack([x, teeth], axis=1)
    lower = upper[::-1] + np.array([0, 0.48 * period])
    band = np.concatenate([upper, lower])
    y = np.arange(-REACH - 0.5 * period, REACH, 1.15 * period)
    return [(band + np.stack([0 * y, y], axis=1)[:, None, :], "accent")]


def diamonds(period: float) -> Prints:
    """Tall diamonds that touch at their corners."""
    return [(_grid(period, height=1.5, shift=0) + period * _rays(4) * (0.48, 0.72), "accent")]


def flowered(period: float) -> Prints:
    """Flowers with five petals around a golden heart."""
    period *= 1.35
    around = np.linspace(0, 2 * np.pi, 30, endpoint=False)
    petals = period * (0.28 + 0.13 * np.cos(5 * around))[:, None] * _rays(30)
    centres = _grid(period)
    return [(centres + petals, "accent"), (centres + 0.13 * period * _rays(8), "heart")]


PATTERNS: dict[str, Callable[[float], Prints]] = {
    "checked": checked,
    "diamonds": diamonds,
    "dotted": dotted,
    "flowered": flowered,
    "plain": plain,
    "striped": striped,
    "zigzag": zigzag,
}


def _rows(period: float, share: float) -> Float64:
    """Bars from side to side, `share` of the period high (n, 4, 2)."""
    top = np.arange(-REACH, REACH, period)
    bottom = top + share * period
    y = np.stack([top, top, bottom, bottom], axis=1)  # (n, 4)
    x = np.broadcast_to([-REACH, REACH, REACH, -REACH], y.shape)
    return np.stack([x, y], axis=-1)


def _grid(period: float, height: float = 0.85, shift: float = 0.5) -> Float64:
    """Centres in rows `height` periods apart, every second row shifted, as bricks in a wall (n, 1, 2)."""
    y = np.arange(-REACH, REACH + period, height * period)
    x = np.arange(-REACH, REACH + period, period)
    centres = np.stack(np.meshgrid(x, y), axis=-1)
    centres[1::2, :, 0] -= shift * period
    return centres.reshape(-1, 1, 2)


def _rays(count: int) -> Float64:
    """Unit vectors all around (count, 2)."""
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)
