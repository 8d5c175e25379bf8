from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from visualtaste.data.shop.patterns import PATTERNS, Ink, Prints
from visualtaste.types import Float64

STRENGTH: dict[Ink, int] = {"accent": 255, "half": 127, "heart": 0}


def painted(prints: Prints) -> Float64:
    """How strong a pattern is on each point of [-1, 1] x [-1, 1]."""
    image = Image.new("L", (200, 200))
    pen = ImageDraw.Draw(image)
    for outlines, ink in prints:
        for outline in outlines:
            pen.polygon(((outline + 1) * 100).ravel().tolist(), fill=STRENGTH[ink])
    return np.asarray(image) / 255


@pytest.mark.parametrize("name", sorted(set(PATTERNS) - {"plain"}))
def test_a_pattern_reaches_everywhere_and_leaves_the_product_its_colour(name: str) -> None:
    strength = painted(PATTERNS[name](0.43))
    quarters = strength.reshape(4, 50, 4, 50).mean(axis=(1, 3))
    assert quarters.min() > 0.05
    assert 0.15 < strength.mean() < 0.5


def test_plain_is_nothing_at_all() -> None:
    assert PATTERNS["plain"](0.43) == []


def test_no_pattern_looks_like_another() -> None:
    looks = [painted(pattern(0.43)).ravel() - 0.3 for pattern in PATTERNS.values()]
    for number, look in enumerate(looks):
        for other in looks[:number]:
            assert np.abs(look - other).mean() > 0.15


def test_gingham_is_full_where_the_stripes_cross_and_half_beside() -> None:
    strengths, counts = np.unique(painted(PATTERNS["checked"](0.43)), return_counts=True)
    assert strengths.round(1).tolist() == [0, 0.5, 1]
    np.testing.assert_allclose(counts / counts.sum(), [0.3, 0.5, 0.2], atol=0.06)  # 0.55², 2 x 0.55 x 0.45, 0.45²
