"""Which photos an interest is because of, and how that is said."""

from __future__ import annotations

import pytest

from visualtaste.inference.explain.weighing import because, photos_in_words, strongest


@pytest.mark.parametrize(
    ("contributions", "positions"),
    [
        ([0.1, 5.0, 0.2], (1,)),
        ([2.9, 0.1, 3.0], (2, 0)),
        ([1.0, 0.5, 0.49], (0, 1)),
        ([1.0, 1.0], (0, 1)),
        ([2.0, -1.0], (0,)),
        ([2.0, -3.0], ()),  # the photos say no
        ([0.0, 0.0], ()),
        ([-1.0], ()),
        ([0.5], (0,)),
    ],
)
def test_because_of_those_that_say_it_at_least_half_as_much_as_the_first(
    contributions: list[float], positions: tuple[int, ...]
) -> None:
    assert because(contributions) == positions


def test_the_strongest_are_named_even_where_others_speak_louder_against() -> None:
    assert strongest([2.0, -3.0, 1.0]) == (0, 2)
    assert strongest([-1.0, 0.0]) == strongest([]) == ()


def test_photos_are_counted_from_one() -> None:
    assert photos_in_words((), 5) == "no photo"
    assert photos_in_words((0,), 1) == "photo 1"
    assert photos_in_words((6, 1), 9) == "photos 2 and 7"
    assert photos_in_words((6, 1, 0), 9) == "photos 1, 2 and 7"
    assert photos_in_words((0, 1, 2), 3) == "photos 1, 2 and 3"
    assert photos_in_words((6, 1, 0, 3, 4), 9) == "photos 1, 2, 7 and 2 more"
    assert photos_in_words((0, 1, 2, 3), 4) == "all 4 photos"


def test_other_things_are_counted_alike() -> None:
    assert photos_in_words((), 5, "item") == "no item"
    assert photos_in_words((0,), 1, "item") == "item 1"
    assert photos_in_words((6, 1), 9, "item") == "items 2 and 7"
    assert photos_in_words((0, 1, 2, 3), 4, "item") == "all 4 items"
