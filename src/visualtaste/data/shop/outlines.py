"""Outlines as points: the few curves that every product is drawn from.

Product coordinates: x runs right and y down, and a product fills about [-1, 1] x [-1, 1].
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from visualtaste.types import Float64

Points = Float64  # (n, 2)
XY = tuple[float, float]


def polygon(*corners: XY) -> Points:
    """The given corners."""
    return np.array(corners, dtype=np.float64)


def mirror(*right: XY) -> Points:
    """A symmetrical outline from its right half, given from top to bottom."""
    half = polygon(*right)
    left = half[::-1] * (-1.0, 1.0)
    return np.concatenate([half, left])


def smooth(corners: Points, closed: bool = True, steps: int = 6) -> Points:
    """A Catmull-Rom curve through the corners: it passes every one of them."""
    n = len(corners)
    index = np.arange(n if closed else n - 1)
    if closed:
        before, start, end, after = (corners[(index + shift) % n] for shift in (-1, 0, 1, 2))
    else:
        before, start, end, after = (corners[np.clip(index + shift, 0, n - 1)] for shift in (-1, 0, 1, 2))
    t = (np.arange(steps) / steps)[:, None, None]
    curve = 0.5 * (
        2 * start
        + (end - before) * t
        + (2 * before - 5 * start + 4 * end - after) * t**2
        + (3 * start - before - 3 * end + after) * t**3
    )  # (steps, n, 2)
    points = curve.transpose(1, 0, 2).reshape(-1, 2)
    return points if closed else np.concatenate([points, corners[-1:]])


def ellipse(x: float, y: float, rx: float, ry: float, turn: tuple[float, float] = (0, 360), steps: int = 28) -> Points:
    """An ellipse around (x, y), or its arc between two angles in degrees (0 is right, 90 is down)."""
    angle = np.radians(np.linspace(*turn, steps, endpoint=turn != (0, 360)))
    return np.stack([x + rx * np.cos(angle), y + ry * np.sin(angle)], axis=1)


def box(left: float, top: float, right: float, bottom: float, radius: float = 0.0) -> Points:
    """A rectangle, its corners rounded by `radius`."""
    if radius == 0:
        return polygon((left, top), (right, top), (right, bottom), (left, bottom))
    corners: Sequence[tuple[float, float, float]] = (
        (right - radius, top + radius, -90),
        (right - radius, bottom - radius, 0),
        (left + radius, bottom - radius, 90),
        (left + radius, top + radius, 180),
    )
    return np.concatenate([ellipse(x, y, radius, radius, (a, a + 90), steps=5) for x, y, a in corners])


def closed(outline: Points) -> Points:
    """The outline as a line that ends where it starts."""
    return np.concatenate([outline, outline[:1]])
