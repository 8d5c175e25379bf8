"""A photo's weight, from the photo alone."""

from __future__ import annotations

import numpy as np
import pytest

from visualtaste.errors import ProfileError
from visualtaste.inference.profile.photo import EQUAL, Weight
from visualtaste.inference.profile.scores import LinearScore


def weigh(*direction: float, x: tuple[float, ...] = (1.0, 0.0)) -> Weight:
    return LinearScore(np.array(direction)).weigh(np.array(x, dtype=np.float16))


@pytest.mark.parametrize(
    ("octaves", "weight"),
    [
        (0.0, Weight(0, 2**24)),
        (1.0, Weight(0, 2**25)),
        (7.5, Weight(0, round(2**31.5))),
        (8.0, Weight(1, 2**24)),
        (-1.0, Weight(-1, 2**31)),
        (-8.0, Weight(-1, 2**24)),
        (8 - 1e-12, Weight(0, 2**32 - 1)),  # rounds to the next bucket's first; it must fit 32 bits
        (1e4, Weight(1250, 2**24)),
    ],
)
def test_a_weight_is_two_to_the_score(octaves: float, weight: Weight) -> None:
    assert weigh(octaves, 3.0) == weight


def test_where_all_count_the_same_nothing_is_scored() -> None:
    assert LinearScore(None).weigh(np.array([5.0], dtype=np.float16)) == EQUAL


def test_scores_beyond_all_bounds_are_refused() -> None:
    with pytest.raises(ProfileError, match="beyond all bounds"):
        weigh(1e38)
