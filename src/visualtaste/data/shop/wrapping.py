"""Gift wrapping: ribbons around the product or a box that it stands in, and always a large bow."""

from __future__ import annotations

import numpy as np

from visualtaste.data.shop.canvas import Canvas
from visualtaste.data.shop.outlines import XY, Points, box, closed, ellipse, polygon, smooth
from visualtaste.data.shop.palette import RGB, RIBBONS, blend, distance

_DARK: RGB = (30, 16, 24)
_WHITE: RGB = (255, 255, 255)


def wrap(product: Canvas, colour: RGB, rng: np.random.Generator) -> Canvas:
    """The wrapping of a product of the given colour, to be laid over it; what a box hides is cut off the product."""
    wrapping = product.blank()
    ribbons = [ribbon for ribbon in RIBBONS if distance(ribbon, colour) > 200]
    ribbon = ribbons[rng.integers(len(ribbons))]
    if rng.random() < 0.5:
        papers = [paper for paper in RIBBONS if distance(paper, ribbon) > 200]
        product.cut(product.mask([box(-1.5, -1.5, 1.5, 0.32)]))
        _box(wrapping, papers[rng.integers(len(papers))], ribbon)
        _bow(wrapping, ribbon, centre=(0.0, 0.34))
    else:
        _bands(wrapping, ribbon)
        wrapping.cut(product.drawn())
        _bow(wrapping, ribbon, centre=(0.0, -0.02))
    return wrapping


def _bands(canvas: Canvas, ribbon: RGB) -> None:
    """Two ribbons that cross behind the bow."""
    for width, colour in ((0.12, blend(ribbon, _DARK, 0.4)), (0.09, ribbon)):
        canvas.fill(box(-width, -1.2, width, 1.2), colour)
        canvas.fill(box(-1.2, -0.02 - width, 1.2, -0.02 + width), colour)


def _box(canvas: Canvas, paper: RGB, ribbon: RGB) -> None:
    """An open box that hides the product's foot."""
    canvas.fill(polygon((-0.78, 0.30), (0.78, 0.30), (0.70, 1.0), (-0.70, 1.0)), paper)
    canvas.fill(polygon((-0.84, 0.22), (0.84, 0.22), (0.82, 0.42), (-0.82, 0.42)), blend(paper, _WHITE, 0.25))
    canvas.line(polygon((-0.81, 0.43), (0.81, 0.43)), 0.03, blend(paper, _DARK, 0.45))
    canvas.fill(box(-0.13, 0.22, 0.13, 1.0), ribbon)
    for x in (-0.13, 0.13):
        canvas.line(polygon((x, 0.22), (x, 1.0)), 0.025, blend(ribbon, _DARK, 0.4))


def _bow(canvas: Canvas, ribbon: RGB, centre: XY) -> None:
    """Two tails, two loops, a knot."""
    edge, inside = blend(ribbon, _DARK, 0.45), blend(ribbon, _DARK, 0.28)
    tail = polygon((0, 0), (0.16, 0.08), (0.50, 0.44), (0.33, 0.42), (0.27, 0.58))
    loop = smooth(polygon((0.0, 0.02), (0.22, -0.28), (0.56, -0.36), (0.64, -0.08), (0.34, 0.10)))
    hollow = smooth(polygon((0.16, -0.06), (0.32, -0.20), (0.50, -0.24), (0.53, -0.10), (0.34, -0.02)))
    for side in (-1, 1):
        _outlined(canvas, tail * (side, 1) + centre, ribbon, edge)
    for side in (-1, 1):
        _outlined(canvas, loop * (side, 1) + centre, ribbon, edge)
        canvas.fill(hollow * (side, 1) + centre, inside)
    _outlined(canvas, ellipse(0, -0.02, 0.13, 0.12) + centre, ribbon, edge)


def _outlined(canvas: Canvas, outline: Points, colour: RGB, edge: RGB) -> None:
    canvas.fill(outline, colour)
    canvas.line(closed(outline), 0.03, edge)
