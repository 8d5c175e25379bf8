"""What the shop sells: articles whose attributes go together as in a real shop.

Most articles belong to a style, a few colours and patterns that are sold together across all kinds of products;
each kind leans to some styles. So colour, pattern and kind are correlated, but none gives another away.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from visualtaste.data.shop.look import FINISHES, Look
from visualtaste.data.shop.palette import COLOURS
from visualtaste.data.shop.patterns import PATTERNS
from visualtaste.data.shop.silhouettes import KINDS
from visualtaste.types import Float64, Int64

IN_STYLE = 0.75  # share of the articles made for a style; the others combine any colour with any pattern


@dataclass(frozen=True)
class Style:
    """Colours and patterns that go together. What an article's picture shows decides whether it is of the style."""

    colours: tuple[str, ...]
    patterns: tuple[str, ...]

    def includes(self, colour: str, pattern: str) -> bool:
        return colour in self.colours and pattern in self.patterns


STYLES: dict[str, Style] = {
    "candy": Style(("pink", "turquoise", "yellow"), ("dotted", "striped")),
    "country house": Style(("brown", "green", "red"), ("checked",)),
    "desert": Style(("brown", "orange", "yellow"), ("diamonds", "zigzag")),
    "essentials": Style(("black", "grey", "white"), ("plain",)),
    "garden": Style(("green", "pink", "white"), ("flowered",)),
    "lagoon": Style(("blue", "green", "turquoise"), ("plain", "zigzag")),
    "lavender": Style(("purple", "white"), ("checked", "flowered")),
    "midnight": Style(("black", "blue", "purple"), ("diamonds", "dotted")),
    "nautical": Style(("blue", "red", "white"), ("striped",)),
    "orchard": Style(("orange", "red", "yellow"), ("flowered", "plain")),
    "rock": Style(("black", "grey", "red"), ("checked", "zigzag")),
    "sixties": Style(("brown", "orange", "turquoise"), ("dotted", "flowered")),
}


def draw_catalogue(items: int, gift_share: float, rng: np.random.Generator) -> list[Look]:
    """The articles of one shop in no particular order; `gift_share` of them are wrapped."""
    kinds = _dealt(list(KINDS), items, rng)
    leaning = dict(zip(KINDS, rng.gamma(2.0, size=(len(KINDS), len(STYLES))), strict=True))
    gifts = rng.permutation(items) < round(gift_share * items)
    return [_draw_look(kind, leaning[kind], bool(gift), rng) for kind, gift in zip(kinds, gifts, strict=True)]


def _draw_look(kind: str, leaning: Float64, gift: bool, rng: np.random.Generator) -> Look:
    colours, patterns = tuple(COLOURS), tuple(PATTERNS)
    if rng.random() < IN_STYLE:
        style = list(STYLES.values())[rng.choice(len(STYLES), p=leaning / leaning.sum())]
        colours, patterns = style.colours, style.patterns
    return Look(
        kind=kind,
        shape=_any(tuple(KINDS[kind].shapes), rng),
        colour=_any(colours, rng),
        pattern=_any(patterns, rng),
        finish=FINISHES[rng.choice(len(FINISHES), p=[0.7, 0.3])],
        gift=gift,
    )


def _any(choices: tuple[str, ...], rng: np.random.Generator) -> str:
    return choices[rng.integers(len(choices))]


def _dealt(choices: list[str], count: int, rng: np.random.Generator) -> list[str]:
    """`count` of the choices in random order, each as often as the others, give or take one."""
    order: Int64 = rng.permutation(np.arange(count) % len(choices))
    return [choices[index] for index in order]
