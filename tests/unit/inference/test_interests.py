"""Interests, ranked by their probability."""

from __future__ import annotations

import numpy as np

from visualtaste.inference.interests import Interest, Interests


def test_ties_go_to_the_lower_category_index() -> None:
    names = tuple(map(str, range(100)))
    probabilities = np.tile(np.array([0.25, 0.5], dtype=np.float32), 50)  # enough for an unstable sort to show
    ranked = Interests(names, probabilities, photos=()).ranked
    assert [interest.category for interest in ranked] == [*map(str, range(1, 100, 2)), *map(str, range(0, 100, 2))]
    assert ranked[0] == Interest("1", 0.5)


def test_top_is_a_part_of_the_ranking_whatever_is_asked() -> None:
    interests = Interests(("a", "b"), np.array([0.1, 0.9], dtype=np.float32), photos=())
    assert [interest.category for interest in interests] == ["b", "a"]
    assert len(interests) == 2
    assert [interests.top(count) for count in (-1, 0, 1, 5)] == [(), (), interests.ranked[:1], interests.ranked]
