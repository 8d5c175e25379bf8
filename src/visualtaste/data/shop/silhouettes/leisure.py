"""Books and kites."""

from __future__ import annotations

import numpy as np

from visualtaste.data.shop.outlines import box, polygon, smooth
from visualtaste.data.shop.silhouettes.silhouette import Part, Silhouette


def hardback() -> Silhouette:
    cover = polygon((-0.52, -0.88), (0.66, -0.88), (0.66, 0.72), (-0.52, 0.72))
    pages = polygon((-0.58, 0.72), (0.66, 0.72), (0.62, 0.90), (-0.54, 0.90))
    back = polygon((-0.70, -0.80), (-0.52, -0.88), (0.66, 0.72), (0.68, 0.96), (-0.66, 0.96), (-0.72, 0.86))
    return Silhouette(
        (cover,),
        (Part(back, "deep"), Part(pages, "paper"), Part(polygon((-0.54, 0.81), (0.62, 0.81)), "metal", 0.025)),
        front=(
            Part(polygon((-0.70, -0.80), (-0.52, -0.88), (-0.52, 0.72), (-0.70, 0.86)), "shade"),
            Part(box(-0.26, -0.60, 0.42, -0.14), "paper"),
            *(Part(polygon((0.08 - w, y), (0.08 + w, y)), "ink", 0.06) for y, w in ((-0.46, 0.24), (-0.28, 0.14))),
        ),
    )


def notebook() -> Silhouette:
    cover = box(-0.56, -0.90, 0.66, 0.90, 0.08)
    rings = (Part(polygon((-0.68, y), (-0.46, y)), "metal", 0.07) for y in np.linspace(-0.76, 0.76, 9))
    pages = Part(box(-0.50, -0.84, 0.71, 0.95, 0.06), "paper")
    return Silhouette((cover,), (pages,), front=(*rings, Part(polygon((0.44, -0.90), (0.44, 0.90)), "deep", 0.07)))


def diamond_kite() -> Silhouette:
    sail = polygon((0.0, -0.96), (0.62, -0.30), (0.0, 0.56), (-0.62, -0.30))
    spars = (polygon((0.0, -0.96), (0.0, 0.56)), polygon((-0.62, -0.30), (0.62, -0.30)))
    return Silhouette((sail,), _tail(0.56), front=tuple(Part(spar, "deep", 0.045) for spar in spars))


def delta_kite() -> Silhouette:
    sail = polygon((0.0, -0.78), (0.98, 0.26), (0.34, 0.16), (0.0, 0.40), (-0.34, 0.16), (-0.98, 0.26))
    spars = (
        polygon((0.0, -0.78), (0.0, 0.40)),
        polygon((0.0, -0.78), (0.34, 0.16)),
        polygon((0.0, -0.78), (-0.34, 0.16)),
    )
    return Silhouette((sail,), _tail(0.40), front=tuple(Part(spar, "deep", 0.04) for spar in spars))


def _tail(top: float) -> tuple[Part, ...]:
    string = smooth(polygon((0, top), (0.14, top + 0.14), (-0.10, top + 0.30), (0.10, top + 0.44)), closed=False)
    knots = (
        np.concatenate([centre + polygon((0, 0), (side * 0.16, -0.08), (side * 0.16, 0.08)) for side in (-1, 1)])
        for centre in string[[5, 12]]
    )
    return (Part(string, "deep", 0.035), *(Part(knot, "accent") for knot in knots))
