"""Shirts, trousers, dresses, skirts and coats."""

from __future__ import annotations

import numpy as np

from visualtaste.data.shop.outlines import XY, Points, box, closed, ellipse, mirror, polygon, smooth
from visualtaste.data.shop.silhouettes.silhouette import Part, Silhouette


def short_sleeved_shirt() -> Silhouette:
    torso = mirror(
        (0.0, -0.60),
        (0.16, -0.66),
        (0.28, -0.82),
        (0.54, -0.72),
        (0.98, -0.28),
        (0.70, 0.00),
        (0.52, -0.20),
        (0.54, 0.86),
        (0.0, 0.88),
    )
    collar = ellipse(0, -0.82, 0.27, 0.20, (8, 172), 12)
    hems = (
        polygon((0.95, -0.24), (0.72, 0.0)),
        polygon((-0.95, -0.24), (-0.72, 0.0)),
        polygon((-0.54, 0.80), (0.54, 0.80)),
    )
    return Silhouette((torso,), front=(Part(collar, "deep", 0.07), *(Part(hem, "shade", 0.04) for hem in hems)))


def long_sleeved_shirt() -> Silhouette:
    torso = mirror(
        (0.0, -0.78),
        (0.24, -0.86),
        (0.52, -0.76),
        (0.70, -0.50),
        (0.98, 0.62),
        (0.74, 0.70),
        (0.50, -0.06),
        (0.52, 0.90),
        (0.0, 0.92),
    )
    collar = tuple(
        polygon((side * 0.02, -0.72), (side * 0.24, -0.92), (side * 0.36, -0.74), (side * 0.20, -0.52))
        for side in (-1, 1)
    )
    buttons = (ellipse(0.04, y, 0.045, 0.045, steps=8) for y in (-0.35, -0.02, 0.31, 0.64))
    cuffs = (polygon((0.72, 0.60), (0.95, 0.52)), polygon((-0.72, 0.60), (-0.95, 0.52)))
    return Silhouette(
        (torso,),
        front=(
            Part(polygon((0, -0.7), (0, 0.9)), "shade", 0.05),
            *(Part(leaf, "light") for leaf in collar),
            *(Part(leaf[[0, 3, 2]], "deep", 0.03) for leaf in collar),
            *(Part(button, "deep") for button in buttons),
            *(Part(cuff, "shade", 0.06) for cuff in cuffs),
        ),
    )


def long_trousers() -> Silhouette:
    legs = mirror((0.0, -0.96), (0.44, -0.96), (0.54, -0.30), (0.52, 0.96), (0.15, 0.96), (0.03, -0.22))
    return Silhouette((legs,), front=_waistband(0.44, -0.96, fly=-0.42))


def shorts() -> Silhouette:
    legs = mirror((0.0, -0.62), (0.60, -0.62), (0.86, 0.58), (0.12, 0.66), (0.02, 0.10))
    hems = (polygon((0.13, 0.56), (0.84, 0.48)), polygon((-0.13, 0.56), (-0.84, 0.48)))
    return Silhouette((legs,), front=(*_waistband(0.60, -0.62, fly=-0.12), *(Part(hem, "shade", 0.04) for hem in hems)))


def sleeveless_dress() -> Silhouette:
    gown = mirror(
        (0.0, -0.52),
        (0.14, -0.62),
        (0.20, -0.96),
        (0.33, -0.96),
        (0.36, -0.60),
        (0.42, -0.44),
        (0.27, -0.08),
        (0.50, 0.40),
        (0.74, 0.88),
        (0.38, 0.95),
        (0.0, 0.97),
    )
    belt = polygon((-0.29, -0.13), (0.29, -0.13), (0.30, 0.0), (-0.30, 0.0))
    return Silhouette(
        (gown,), front=(Part(belt, "deep"), *_folds(((0.12, 0.10), (0.26, 0.88)), ((-0.12, 0.10), (-0.26, 0.88))))
    )


def long_sleeved_dress() -> Silhouette:
    gown = mirror(
        (0.0, -0.74),
        (0.16, -0.80),
        (0.24, -0.94),
        (0.46, -0.84),
        (0.62, -0.58),
        (0.84, 0.20),
        (0.66, 0.28),
        (0.42, -0.34),
        (0.32, -0.06),
        (0.44, 0.50),
        (0.48, 0.94),
        (0.0, 0.96),
    )
    collar = ellipse(0, -0.94, 0.24, 0.22, (5, 175), 12)
    waist = polygon((-0.32, -0.06), (0.32, -0.06))
    cuffs = (polygon((0.66, 0.20), (0.80, 0.13)), polygon((-0.66, 0.20), (-0.80, 0.13)))
    return Silhouette(
        (gown,),
        front=(Part(collar, "light", 0.11), Part(waist, "shade", 0.05), *(Part(cuff, "light", 0.09) for cuff in cuffs)),
    )


def flared_skirt() -> Silhouette:
    hem = smooth(polygon((0.96, 0.56), (0.72, 0.74), (0.50, 0.64), (0.25, 0.78), (0.0, 0.66)), closed=False)
    cloth = mirror((0.0, -0.72), (0.36, -0.72), *map(_xy, hem))
    folds = _folds(
        ((0.12, -0.4), (0.26, 0.70)),
        ((-0.12, -0.4), (-0.26, 0.70)),
        ((0.26, -0.4), (0.70, 0.66)),
        ((-0.26, -0.4), (-0.70, 0.66)),
    )
    return Silhouette((cloth,), front=(*folds, Part(box(-0.37, -0.80, 0.37, -0.60), "deep")))


def pencil_skirt() -> Silhouette:
    side = smooth(polygon((0.36, -0.86), (0.52, -0.34), (0.50, 0.20), (0.42, 0.88)), closed=False)
    cloth = mirror(*map(_xy, side))
    return Silhouette(
        (cloth,),
        front=(Part(polygon((0.22, 0.45), (0.20, 0.90)), "deep", 0.05), Part(box(-0.37, -0.92, 0.37, -0.74), "deep")),
    )


def long_coat() -> Silhouette:
    cloth = mirror(
        (0.0, -0.80),
        (0.24, -0.92),
        (0.50, -0.80),
        (0.64, -0.58),
        (0.88, 0.34),
        (0.66, 0.42),
        (0.47, -0.14),
        (0.58, 0.98),
        (0.0, 0.98),
    )
    belt = polygon((-0.47, 0.06), (0.47, 0.06), (0.49, 0.18), (-0.49, 0.18))
    buckle = box(-0.08, 0.04, 0.08, 0.20)
    return Silhouette((cloth,), front=(*_opening(0.98), Part(belt, "deep"), Part(buckle, "brass", 0.045)))


def jacket() -> Silhouette:
    cloth = mirror(
        (0.0, -0.66),
        (0.26, -0.80),
        (0.58, -0.66),
        (0.76, -0.40),
        (0.98, 0.62),
        (0.72, 0.70),
        (0.54, 0.06),
        (0.56, 0.70),
        (0.0, 0.72),
    )
    pockets = (box(0.16, 0.28, 0.44, 0.52, 0.05), box(-0.44, 0.28, -0.16, 0.52, 0.05))
    seam = (polygon((-0.56, 0.62), (0.56, 0.62)),)
    return Silhouette(
        (cloth,),
        front=(
            *(Part(closed(pocket), "deep", 0.04) for pocket in pockets),
            *(Part(line, "shade", 0.05) for line in seam),
            *(Part(part.points + np.array([0, 0.12]), part.tone, part.width) for part in _opening(0.58)),
        ),
    )


def _waistband(half: float, top: float, fly: float) -> tuple[Part, ...]:
    return (
        Part(box(-half, top, half, top + 0.12), "shade"),
        Part(polygon((0, top + 0.12), (0, fly), (0.0, fly + 0.2)), "deep", 0.04),
        Part(ellipse(0, top + 0.06, 0.045, 0.045, steps=8), "brass"),
    )


def _opening(hem: float) -> tuple[Part, ...]:
    """Lapels, the line where a coat closes, and its buttons."""
    lapels = tuple(
        polygon((0.0, -0.28), (side * 0.12, -0.86), (side * 0.40, -0.66), (side * 0.22, -0.50)) for side in (-1, 1)
    )
    buttons = (ellipse(0.12, y, 0.05, 0.05, steps=8) for y in (-0.12, 0.30, 0.62) if y < hem - 0.2)
    return (
        Part(polygon((0, -0.76), (0, hem)), "deep", 0.045),
        *(Part(lapel, "shade") for lapel in lapels),
        *(Part(closed(lapel), "deep", 0.03) for lapel in lapels),
        *(Part(button, "ink") for button in buttons),
    )


def _folds(*lines: tuple[XY, XY]) -> tuple[Part, ...]:
    return tuple(Part(polygon(*line), "shade", 0.03) for line in lines)


def _xy(point: Points) -> XY:
    return float(point[0]), float(point[1])
