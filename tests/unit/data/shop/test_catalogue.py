from __future__ import annotations

from collections import Counter

import numpy as np

from visualtaste.data.shop.catalogue import STYLES, draw_catalogue
from visualtaste.data.shop.palette import COLOURS
from visualtaste.data.shop.patterns import PATTERNS
from visualtaste.data.shop.silhouettes import KINDS


def test_styles_are_made_of_what_the_shop_has_and_use_all_of_it() -> None:
    assert {colour for style in STYLES.values() for colour in style.colours} == set(COLOURS)
    assert {pattern for style in STYLES.values() for pattern in style.patterns} == set(PATTERNS)


def test_kinds_are_dealt_evenly_and_the_share_of_gifts_is_exact() -> None:
    looks = draw_catalogue(1000, 0.25, np.random.default_rng(0))
    assert set(Counter(look.kind for look in looks).values()) == {50}
    assert sum(look.gift for look in looks) == 250
    assert all(look.shape in KINDS[look.kind].shapes for look in looks)


def test_colours_and_patterns_go_together() -> None:
    looks = draw_catalogue(4000, 0.0, np.random.default_rng(0))
    pairs = Counter((look.colour, look.pattern) for look in looks)
    # nautical stripes are sold, turquoise gingham hardly
    assert pairs["blue", "striped"] > 3 * pairs["turquoise", "checked"] > 0
