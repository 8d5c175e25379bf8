"""Lamps, chairs, vases, cushions, and what stands in the kitchen: mugs, teapots, bottles."""

from __future__ import annotations

import numpy as np

from visualtaste.data.shop.outlines import Points, box, closed, ellipse, mirror, polygon, smooth
from visualtaste.data.shop.silhouettes.silhouette import Part, Silhouette


def table_lamp() -> Silhouette:
    shade = mirror((0.0, -0.92), (0.36, -0.92), (0.74, 0.04), (0.0, 0.04))
    foot = smooth(mirror((0.08, 0.10), (0.12, 0.26), (0.34, 0.52), (0.26, 0.80), (0.14, 0.88)))
    return Silhouette(
        (shade,),
        (
            Part(polygon((0, 0), (0, 0.5)), "brass", 0.09),
            Part(foot, "deep"),
            Part(box(-0.34, 0.86, 0.34, 0.96, 0.04), "brass"),
        ),
        front=(
            Part(polygon((-0.73, 0.0), (0.73, 0.0)), "shade", 0.06),
            Part(polygon((-0.36, -0.89), (0.36, -0.89)), "shade", 0.05),
        ),
    )


def floor_lamp() -> Silhouette:
    shade = np.concatenate([ellipse(0, -0.42, 0.60, 0.54, (180, 360), 20), polygon((0.60, -0.36), (-0.60, -0.36))])
    legs = (polygon((0, 0.30), (x, 0.96)) for x in (-0.46, 0.46))
    return Silhouette(
        (shade,),
        (
            Part(polygon((0, -0.4), (0, 0.9)), "ink", 0.07),
            *(Part(leg, "ink", 0.07) for leg in legs),
            Part(ellipse(0, -0.32, 0.18, 0.18), "paper"),
        ),
        front=(Part(polygon((-0.60, -0.39), (0.60, -0.39)), "deep", 0.06),),
    )


def dining_chair() -> Silhouette:
    back = box(-0.48, -0.94, 0.48, -0.22, 0.14)
    seat = polygon((-0.50, 0.10), (0.50, 0.10), (0.64, 0.34), (-0.64, 0.34))
    posts = (Part(polygon((x, -0.4), (x, 0.2)), "wood", 0.09) for x in (-0.38, 0.38))
    legs = (Part(polygon((x, 0.3), (1.05 * x, 0.94)), "wood", 0.10) for x in (-0.56, 0.56))
    rear = (Part(polygon((x, 0.3), (x, 0.78)), "wood", 0.08) for x in (-0.34, 0.34))
    return Silhouette((back, seat), (*rear, *posts, *legs), front=(Part(box(-0.64, 0.33, 0.64, 0.43), "deep"),))


def armchair() -> Silhouette:
    back = box(-0.62, -0.80, 0.62, 0.40, 0.24)
    seat = box(-0.56, 0.10, 0.56, 0.58, 0.10)
    arms = (box(-0.94, -0.16, -0.52, 0.66, 0.18), box(0.52, -0.16, 0.94, 0.66, 0.18))
    legs = (Part(polygon((x, 0.62), (x, 0.88)), "wood", 0.12) for x in (-0.72, 0.72))
    outlines = (Part(closed(arm), "deep", 0.04) for arm in arms)
    seams = (Part(polygon((-0.52, y), (0.52, y)), "deep", 0.045) for y in (0.10, 0.40))
    return Silhouette((back, seat, *arms), (*legs,), front=(*outlines, *seams))


def round_vase() -> Silhouette:
    side = polygon((0.34, -0.84), (0.24, -0.66), (0.26, -0.46), (0.68, -0.02), (0.66, 0.46), (0.34, 0.88), (0.0, 0.92))
    return Silhouette((_turned(side),), front=_mouth(0.34, -0.84))


def slim_vase() -> Silhouette:
    side = polygon(
        (0.30, -0.96), (0.20, -0.80), (0.34, -0.40), (0.40, 0.0), (0.24, 0.62), (0.22, 0.84), (0.32, 0.96), (0.0, 0.97)
    )
    handles = (
        Part(ellipse(x, -0.46, 0.22, 0.26, turn, 16), "deep", 0.08)
        for x, turn in ((0.28, (-100, 100)), (-0.28, (80, 280)))
    )
    return Silhouette((_turned(side),), (*handles,), front=_mouth(0.30, -0.96))


def square_cushion() -> Silhouette:
    corners = polygon(
        (-0.84, -0.84), (0, -0.76), (0.84, -0.84), (0.76, 0), (0.84, 0.84), (0, 0.76), (-0.84, 0.84), (-0.76, 0)
    )
    outline = np.concatenate([_bow(corners[i], corners[i + 1], corners[(i + 2) % 8]) for i in (0, 2, 4, 6)])
    tassels = (Part(corner * [[0.99], [1.08]], "accent", 0.09) for corner in corners[::2])
    return Silhouette((outline,), (*tassels,), front=(Part(closed(outline * 0.93), "shade", 0.035),))


def round_cushion() -> Silhouette:
    angle = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    tufts = (
        Part(np.array([(0.16 * np.cos(a), 0.16 * np.sin(a)), (0.74 * np.cos(a), 0.74 * np.sin(a))]), "shade", 0.035)
        for a in angle
    )
    return Silhouette(
        (ellipse(0, 0, 0.86, 0.82),),
        front=(*tufts, Part(closed(ellipse(0, 0, 0.84, 0.80)), "deep", 0.06), Part(ellipse(0, 0, 0.14, 0.13), "deep")),
    )


def straight_mug() -> Silhouette:
    cup = np.concatenate(
        [
            polygon((-0.74, -0.62), (0.42, -0.62)),
            ellipse(0.26, 0.62, 0.16, 0.16, (0, 90), 5),
            ellipse(-0.58, 0.62, 0.16, 0.16, (90, 180), 5),
        ]
    )
    handle = Part(ellipse(0.44, 0.02, 0.42, 0.40, (-90, 90), 20), "deep", 0.15)
    return Silhouette((cup,), (handle,), front=_mouth(0.58, -0.62, x=-0.16, height=0.16))


def round_mug() -> Silhouette:
    side = polygon((0.56, -0.50), (0.66, -0.10), (0.60, 0.32), (0.34, 0.64), (0.30, 0.72), (0.0, 0.72))
    cup = _turned(side) - (0.18, 0)
    handle = Part(ellipse(0.42, -0.06, 0.40, 0.30, (-100, 100), 20), "deep", 0.13)
    return Silhouette((cup,), (handle,), front=_mouth(0.56, -0.50, x=-0.18, height=0.17))


def round_teapot() -> Silhouette:
    belly = ellipse(0, 0.22, 0.60, 0.52)
    spout = polygon((0.42, 0.30), (0.66, -0.06), (0.86, -0.34), (1.0, -0.30), (0.86, 0.02), (0.50, 0.56))
    handle = Part(ellipse(-0.54, 0.16, 0.40, 0.36, (90, 275), 20), "deep", 0.12)
    return Silhouette((belly, smooth(spout, steps=4)), (handle,), front=_lid(0.34, -0.20))


def tall_teapot() -> Silhouette:
    belly = smooth(mirror((0.30, -0.48), (0.36, -0.20), (0.52, 0.40), (0.50, 0.76), (0.36, 0.84)))
    spout = polygon((0.36, 0.40), (0.60, 0.0), (0.68, -0.46), (0.84, -0.46), (0.84, 0.10), (0.46, 0.66))
    handle = Part(polygon((-0.32, -0.30), (-0.80, -0.34), (-0.76, 0.20), (-0.44, 0.56)), "deep", 0.11)
    return Silhouette(
        (belly, spout), (Part(smooth(handle.points, closed=False), "deep", 0.11),), front=_lid(0.32, -0.44)
    )


def slim_bottle() -> Silhouette:
    side = polygon((0.14, -0.80), (0.14, -0.46), (0.34, -0.16), (0.36, 0.10), (0.36, 0.80), (0.30, 0.94), (0.0, 0.95))
    glass = mirror(*((float(x), float(y)) for x, y in smooth(side, closed=False)))
    label = box(-0.36, 0.16, 0.36, 0.62)
    return Silhouette(
        (glass,),
        front=(Part(box(-0.17, -0.98, 0.17, -0.74, 0.04), "deep"), Part(label, "paper"), *_writing(0.32, 0.22)),
    )


def flask() -> Silhouette:
    glass = box(-0.46, -0.46, 0.46, 0.94, 0.16)
    cup = box(-0.40, -0.86, 0.40, -0.42, 0.10)
    loop = Part(ellipse(0.40, -0.64, 0.26, 0.16, (-90, 90), 14), "metal", 0.08)
    return Silhouette((glass,), (loop,), front=(Part(cup, "metal"), Part(box(-0.46, -0.42, 0.46, -0.30), "deep")))


def _turned(side: Points) -> Points:
    """A body as from the potter's wheel: the smooth curve through the right side, mirrored."""
    return mirror(*((float(x), float(y)) for x, y in smooth(side, closed=False)))


def _mouth(half: float, y: float, x: float = 0.0, height: float = 0.09) -> tuple[Part, ...]:
    """The rim of an open vessel."""
    return (Part(ellipse(x, y, half, height), "light"), Part(ellipse(x, y, 0.84 * half, 0.7 * height), "deep"))


def _lid(half: float, y: float) -> tuple[Part, ...]:
    lid = np.concatenate([ellipse(0, y, half, 0.20, (180, 360), 14), ellipse(0, y, half, 0.07, (0, 180), 10)])
    return (Part(lid, "deep"), Part(ellipse(0, y - 0.24, 0.10, 0.10), "brass"))


def _writing(y: float, half: float) -> tuple[Part, ...]:
    return tuple(
        Part(polygon((-width, y + step), (width, y + step)), "ink", 0.05)
        for step, width in ((0, half), (0.14, 0.6 * half))
    )


def _bow(start: Points, middle: Points, end: Points) -> Points:
    """A side that bends through `middle`, without its end."""
    t = np.linspace(0, 1, 8, endpoint=False)[:, None]
    control = 2 * middle - (start + end) / 2
    side: Points = (1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end
    return side
