"""The pictures show what they are said to show, measured on their pixels."""

from __future__ import annotations

import io
from itertools import combinations

import numpy as np
import pytest
from PIL import Image

from visualtaste.data.shop.canvas import Canvas, Pose
from visualtaste.data.shop.draw import draw, draw_jpeg
from visualtaste.data.shop.look import FINISHES, Look
from visualtaste.data.shop.palette import COLOURS, distance
from visualtaste.data.shop.patterns import PATTERNS
from visualtaste.data.shop.silhouettes import KINDS, silhouette_of
from visualtaste.types import Bool, UInt8

SHAPES = [(kind, shape) for kind in KINDS for shape in KINDS[kind].shapes]
UPRIGHT = Pose(scale=0.9, turn=0, shift=(0, 0))


def look(**changes: object) -> Look:
    usual = {"kind": "cushion", "shape": "square cushion", "colour": "red", "pattern": "plain", "finish": "matte"}
    return Look(**{**usual, **changes})  # type: ignore[arg-type]


def picture(of: Look, seed: int = 0, side: int = 96) -> UInt8:
    return draw(of, side, np.random.default_rng(seed))


def covered(kind: str, shape: str) -> Bool:
    """Where a product is, upright in the middle of its picture (96, 96)."""
    silhouette = silhouette_of(kind, shape)
    canvas = Canvas(96, UPRIGHT)
    for part in (*silhouette.behind, *silhouette.front):
        if part.width is None:
            canvas.fill(part.points, (9, 9, 9))
        else:
            canvas.line(part.points, part.width, (9, 9, 9))
    for outline in silhouette.body:
        canvas.fill(outline, (9, 9, 9))
    return canvas.pixels_and_cover()[1][..., 0] > 0.5


def test_the_shop_has_enough_to_choose_from() -> None:
    assert len(KINDS) >= 16
    assert len(COLOURS) >= 10
    assert len(PATTERNS) >= 6
    assert all(len(kind.shapes) == 2 for kind in KINDS.values())


@pytest.mark.parametrize(("kind", "shape"), SHAPES)
def test_a_product_fills_its_picture_and_stays_inside(kind: str, shape: str) -> None:
    cover = covered(kind, shape)
    rows, columns = np.flatnonzero(cover.any(axis=1)), np.flatnonzero(cover.any(axis=0))
    assert max(np.ptp(rows), np.ptp(columns)) > 60
    assert not cover[[0, -1]].any()
    assert not cover[:, [0, -1]].any()


def test_silhouettes_are_distinct() -> None:
    masks = {names: covered(*names) for names in SHAPES}
    for one, other in combinations(SHAPES, 2):
        overlap = (masks[one] & masks[other]).sum() / (masks[one] | masks[other]).sum()
        # the shapes of one kind may differ inside their outlines, as the faces of watches do
        assert overlap < (0.95 if one[0] == other[0] else 0.87), (one, other)


@pytest.mark.parametrize("colour", sorted(COLOURS))
@pytest.mark.parametrize("pattern", ["plain", "dotted", "striped"])
def test_most_of_the_product_has_the_colour_that_it_is_filed_under(colour: str, pattern: str) -> None:
    middle = np.concatenate([picture(look(colour=colour, pattern=pattern), seed)[34:62, 34:62] for seed in range(6)])
    pixels = middle.reshape(-1, 3)[::7]
    nearest = [min(COLOURS, key=lambda name: distance(tuple(map(int, pixel)), COLOURS[name])) for pixel in pixels]
    assert max(set(nearest), key=nearest.count) == colour


def test_a_pattern_is_printed_on_the_product_alone() -> None:
    plain, dotted = (picture(look(pattern=pattern)) for pattern in ("plain", "dotted"))
    changed = np.abs(plain.astype(int) - dotted).max(axis=2) > 40
    assert changed[30:66, 30:66].mean() > 0.15
    assert not changed[:3].any()


def test_a_shiny_product_is_brighter_in_places() -> None:
    matte, shiny = (picture(look(colour="black", finish=finish), 1) for finish in FINISHES)
    assert shiny.max(axis=2)[30:66, 30:66].max() > matte.max(axis=2)[30:66, 30:66].max() + 80


@pytest.mark.parametrize(("kind", "shape"), SHAPES)
def test_every_wrapping_shows_a_bow_and_takes_much_of_the_picture(kind: str, shape: str) -> None:
    for seed in range(3):
        bare, wrapped = (picture(look(kind=kind, shape=shape, gift=gift), seed, 48) for gift in (False, True))
        changed = np.abs(bare.astype(int) - wrapped).max(axis=2) > 40
        assert changed[16:36, 12:36].mean() > 0.2


def test_one_generator_draws_one_picture_and_another_another() -> None:
    article = look(pattern="flowered", gift=True)
    np.testing.assert_array_equal(picture(article), picture(article))
    assert (picture(article, 0) != picture(article, 1)).mean() > 0.5


@pytest.mark.parametrize("side", [32, 96, 160])
def test_the_file_is_a_jpeg_of_the_size_asked_for(side: int) -> None:
    with Image.open(io.BytesIO(draw_jpeg(look(), side, np.random.default_rng(0)))) as image:
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (side, side))


@pytest.mark.parametrize(
    ("changes", "title"),
    [
        ({}, "Red square cushion"),
        ({"pattern": "striped", "finish": "shiny"}, "Shiny striped red square cushion"),
        ({"pattern": "striped", "gift": True}, "Gift-wrapped striped red square cushion"),
    ],
)
def test_titles_read_like_a_shop(changes: dict[str, object], title: str) -> None:
    assert look(**changes).title == title
