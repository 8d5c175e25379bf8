"""The colours of the shop: of products, of the second colour of their patterns, of ribbons and of backgrounds."""

from __future__ import annotations

from typing import Literal

RGB = tuple[int, int, int]
Tone = Literal["body", "light", "shade", "deep", "accent", "wood", "metal", "ink", "paper", "brass"]

COLOURS: dict[str, RGB] = {
    "black": (44, 44, 50),
    "blue": (44, 92, 184),
    "brown": (126, 82, 50),
    "green": (56, 140, 74),
    "grey": (146, 149, 155),
    "orange": (238, 124, 34),
    "pink": (242, 146, 182),
    "purple": (122, 68, 164),
    "red": (204, 42, 48),
    "turquoise": (46, 180, 176),
    "white": (246, 244, 238),
    "yellow": (248, 208, 58),
}

# What a pattern is drawn with: always lighter than the product, except on white.
CREAM: RGB = (250, 244, 228)
GREY: RGB = (120, 122, 130)

HEART: RGB = (250, 190, 40)  # of printed flowers

RIBBONS: tuple[RGB, ...] = ((214, 28, 60), (216, 168, 52), (250, 246, 240), (24, 122, 92), (64, 54, 140))

BACKGROUNDS: tuple[RGB, ...] = (
    (255, 255, 255),
    (244, 240, 234),
    (232, 236, 242),
    (222, 214, 204),
    (206, 222, 228),
    (226, 232, 214),
    (246, 226, 220),
    (238, 230, 246),
    (252, 240, 206),
    (196, 200, 206),
)

_MATERIALS: dict[Tone, RGB] = {
    "wood": (182, 132, 84),
    "metal": (188, 193, 200),
    "ink": (40, 40, 46),
    "paper": (252, 250, 244),
    "brass": (206, 166, 80),
}


def tone_of(tone: Tone, body: RGB, accent: RGB) -> RGB:
    """The colour that `tone` means on a product of colour `body`."""
    if tone == "body":
        return body
    if tone == "accent":
        return accent
    if tone == "light":
        return blend(body, (255, 255, 255), 0.35)
    if tone == "shade":
        return blend(body, (20, 16, 24), 0.26)
    if tone == "deep":
        return blend(body, (20, 16, 24), 0.5)
    return _MATERIALS[tone]


def blend(a: RGB, b: RGB, share: float) -> RGB:
    """`share` of b mixed into a."""
    return (
        round(a[0] + (b[0] - a[0]) * share),
        round(a[1] + (b[1] - a[1]) * share),
        round(a[2] + (b[2] - a[2]) * share),
    )


def distance(a: RGB, b: RGB) -> float:
    """How different two colours look, 0 to about 760 (the 'redmean' approximation of CIELUV)."""
    mean = (a[0] + b[0]) / 2
    red, green, blue = ((x - y) ** 2 for x, y in zip(a, b, strict=True))
    return float(((2 + mean / 256) * red + 4 * green + (2 + (255 - mean) / 256) * blue) ** 0.5)
