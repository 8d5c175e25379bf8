"""Hats, shoes, bags, scarves, watches and umbrellas."""

from __future__ import annotations

import numpy as np

from visualtaste.data.shop.outlines import Points, box, ellipse, mirror, polygon, smooth
from visualtaste.data.shop.silhouettes.silhouette import Part, Silhouette


def brimmed_hat() -> Silhouette:
    crown = smooth(
        polygon(
            (-0.50, 0.30), (-0.46, -0.34), (-0.28, -0.60), (0.0, -0.52), (0.28, -0.60), (0.46, -0.34), (0.50, 0.30)
        ),
        closed=False,
    )
    brim = ellipse(0, 0.34, 0.98, 0.24)
    band = np.concatenate([ellipse(0, 0.22, 0.50, 0.10, (0, 180), 12), ellipse(0, 0.04, 0.49, 0.10, (180, 0), 12)])
    return Silhouette(
        (brim, crown), front=(Part(band, "deep"), Part(ellipse(0, 0.34, 0.96, 0.22, (15, 165), 16), "shade", 0.03))
    )


def beanie() -> Silhouette:
    dome = np.concatenate([ellipse(0, 0.24, 0.70, 0.92, (180, 360), 24), polygon((0.72, 0.5), (-0.72, 0.5))])
    cuff = box(-0.78, 0.28, 0.78, 0.70, 0.12)
    ribs = (Part(polygon((x, 0.34), (x, 0.64)), "shade", 0.035) for x in np.linspace(-0.6, 0.6, 7))
    return Silhouette((dome,), front=(Part(cuff, "deep"), *ribs, Part(ellipse(0, -0.72, 0.23, 0.21), "light")))


def sneaker() -> Silhouette:
    upper = smooth(
        polygon(
            (-0.92, 0.30),
            (-0.90, -0.16),
            (-0.78, -0.44),
            (-0.50, -0.34),
            (-0.16, -0.46),
            (0.14, -0.12),
            (0.56, 0.02),
            (0.90, 0.20),
            (0.94, 0.36),
            (0.0, 0.40),
        )
    )
    sole = np.concatenate(
        [
            polygon((-0.96, 0.28), (0.96, 0.28)),
            smooth(polygon((0.99, 0.42), (0.90, 0.54), (-0.90, 0.54), (-0.98, 0.42)), closed=False),
        ]
    )
    laces = (
        Part(polygon((x, y), (x + 0.16, y - 0.17)), "paper", 0.06)
        for x, y in ((-0.12, -0.16), (0.03, -0.05), (0.18, 0.05))
    )
    return Silhouette(
        (upper,),
        front=(
            Part(sole, "paper"),
            Part(polygon((-0.95, 0.44), (0.96, 0.44)), "deep", 0.03),
            Part(smooth(polygon((-0.80, -0.42), (-0.50, -0.33), (-0.17, -0.44)), closed=False), "deep", 0.08),
            *laces,
        ),
    )


def boot() -> Silhouette:
    upper = smooth(
        polygon(
            (-0.62, 0.62),
            (-0.60, -0.10),
            (-0.66, -0.86),
            (-0.40, -0.90),
            (0.06, -0.90),
            (0.06, -0.30),
            (0.14, 0.08),
            (0.62, 0.28),
            (0.80, 0.52),
            (0.78, 0.68),
            (0.0, 0.70),
        )
    )
    sole = polygon((-0.66, 0.62), (0.84, 0.62), (0.84, 0.76), (-0.18, 0.76), (-0.22, 0.94), (-0.64, 0.94))
    return Silhouette(
        (upper,),
        front=(
            Part(sole, "ink"),
            Part(box(-0.66, -0.92, 0.09, -0.74, 0.06), "shade"),
            Part(polygon((-0.60, -0.02), (0.10, -0.06)), "deep", 0.08),
            Part(box(-0.34, -0.12, -0.16, 0.05), "brass", 0.04),
        ),
    )


def tote_bag() -> Silhouette:
    sack = mirror((0.0, -0.30), (0.62, -0.30), (0.78, 0.88), (0.70, 0.94), (0.0, 0.94))
    handles = (Part(ellipse(0, -0.30, 0.34, 0.62, (180, 360), 20), "deep", 0.09),)
    rings = (Part(polygon((x, -0.30), (x, -0.12)), "deep", 0.09) for x in (-0.34, 0.34))
    return Silhouette((sack,), handles, front=(Part(polygon((-0.62, -0.24), (0.62, -0.24)), "shade", 0.06), *rings))


def shoulder_bag() -> Silhouette:
    sack = box(-0.84, -0.16, 0.84, 0.80, 0.20)
    flap = np.concatenate(
        [
            polygon((-0.84, -0.05), (-0.72, -0.16), (0.72, -0.16), (0.84, -0.05)),
            ellipse(0, 0.10, 0.84, 0.34, (10, 170), 16),
        ]
    )
    strap = Part(ellipse(0, -0.12, 0.68, 0.84, (180, 360), 24), "deep", 0.06)
    return Silhouette(
        (sack,), (strap,), front=(Part(flap[3:], "deep", 0.05), Part(box(-0.10, 0.34, 0.10, 0.54, 0.04), "brass"))
    )


def long_scarf() -> Silhouette:
    loop = np.concatenate([ellipse(0, -0.52, 0.62, 0.42), ellipse(0, -0.56, 0.30, 0.16)[::-1]])
    left = polygon((-0.36, -0.24), (0.02, -0.14), (-0.12, 0.82), (-0.52, 0.76))
    right = polygon((0.02, -0.20), (0.40, -0.30), (0.58, 0.50), (0.20, 0.60))
    fringe = [
        Part(polygon((x, y), (x - 0.03, y + 0.16)), "deep", 0.04)
        for x, y in zip(np.linspace(-0.50, -0.14, 5), np.linspace(0.77, 0.83, 5), strict=True)
    ]
    fringe += [
        Part(polygon((x, y), (x + 0.03, y + 0.16)), "deep", 0.04)
        for x, y in zip(np.linspace(0.22, 0.56, 5), np.linspace(0.61, 0.52, 5), strict=True)
    ]
    creases = (
        smooth(polygon((-0.56, -0.50), (-0.30, -0.26), (0.1, -0.18)), closed=False),
        polygon((0.03, -0.16), (-0.01, 0.1)),
    )
    neck = Part(ellipse(0, -0.60, 0.32, 0.16), "deep")
    return Silhouette(
        (right, left, loop), (*fringe,), front=(neck, *(Part(crease, "shade", 0.05) for crease in creases))
    )


def shawl() -> Silhouette:
    cloth = mirror((0.0, -0.42), (0.50, -0.50), (0.98, -0.36), (0.52, 0.24), (0.0, 0.74))
    edge = polygon((0.96, -0.32), (0.52, 0.26), (0.0, 0.74), (-0.52, 0.26), (-0.96, -0.32))
    along = np.linspace(0, 1, 19)
    corners = np.stack([np.interp(along, np.linspace(0, 1, 5), edge[:, axis]) for axis in (0, 1)], axis=1)
    fringe = (Part(np.array([corner, (corner[0], corner[1] + 0.20)]), "deep", 0.04) for corner in corners)
    fold = smooth(polygon((-0.90, -0.34), (0.0, 0.0), (0.90, -0.34)), closed=False)
    return Silhouette((cloth,), (*fringe,), front=(Part(fold, "shade", 0.05), Part(edge, "deep", 0.05)))


def round_watch() -> Silhouette:
    case = ellipse(0, 0, 0.50, 0.50)
    return Silhouette(_strap(), front=(Part(case, "metal"), Part(ellipse(0, 0, 0.39, 0.39), "paper"), *_dial()))


def square_watch() -> Silhouette:
    case = box(-0.46, -0.46, 0.46, 0.46, 0.10)
    return Silhouette(
        _strap(), front=(Part(case, "brass"), Part(box(-0.35, -0.35, 0.35, 0.35, 0.05), "paper"), *_dial())
    )


def open_umbrella() -> Silhouette:
    scallops = [ellipse(x, 0.10, 0.245, 0.12, (0, -180), 8) for x in (0.735, 0.245, -0.245, -0.735)]
    canopy = np.concatenate([ellipse(0, 0.10, 0.98, 0.94, (180, 360), 30), *scallops])
    ribs = (smooth(polygon((0, -0.84), (0.7 * x, -0.45), (x, 0.06)), closed=False) for x in (-0.49, 0.0, 0.49))
    handle = np.concatenate([polygon((0.0, -0.1), (0.0, 0.74)), ellipse(-0.14, 0.76, 0.14, 0.16, (0, 190), 12)])
    return Silhouette(
        (canopy,),
        (Part(handle, "wood", 0.075), Part(polygon((0, -0.84), (0, -0.98)), "metal", 0.05)),
        front=tuple(Part(rib, "shade", 0.035) for rib in ribs),
    )


def closed_umbrella() -> Silhouette:
    cloth = mirror((0.0, -0.62), (0.07, -0.60), (0.26, 0.30), (0.15, 0.38), (0.0, 0.32))
    handle = np.concatenate([polygon((0.0, 0.3), (0.0, 0.76)), ellipse(-0.14, 0.78, 0.14, 0.17, (0, 190), 12)])
    tie = polygon((-0.19, 0.02), (0.19, -0.04))
    folds = (polygon((0.0, -0.58), (0.08, 0.32)), polygon((0.0, -0.58), (-0.10, 0.32)))
    return Silhouette(
        (cloth,),
        (Part(handle, "wood", 0.09), Part(polygon((0, -0.6), (0, -0.92)), "metal", 0.05)),
        front=(*(Part(fold, "shade", 0.03) for fold in folds), Part(tie, "deep", 0.07)),
    )


def _strap() -> tuple[Points, ...]:
    return (
        polygon((-0.24, -0.98), (0.24, -0.98), (0.32, -0.36), (-0.32, -0.36)),
        polygon((-0.32, 0.36), (0.32, 0.36), (0.24, 0.98), (-0.24, 0.98)),
    )


def _dial() -> tuple[Part, ...]:
    ticks = (
        Part(np.array([(0.28 * x, 0.28 * y), (0.33 * x, 0.33 * y)]), "ink", 0.04)
        for x, y in ((0, -1), (1, 0), (0, 1), (-1, 0))
    )
    return (
        *ticks,
        Part(polygon((0, 0), (0.0, -0.26)), "ink", 0.05),
        Part(polygon((0, 0), (0.17, 0.09)), "ink", 0.06),
        Part(box(0.48, -0.06, 0.58, 0.06), "metal"),
    )
