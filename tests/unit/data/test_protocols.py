from __future__ import annotations

import numpy as np
import pytest

from visualtaste.data.protocols import ask, cut
from visualtaste.errors import EmptySetError
from visualtaste.types import Ragged

CATEGORIES = Ragged.from_rows([[0], [0, 1], [2], [1, 2]])
USERS = Ragged.from_rows([[0, 1, 2], [3, 0], [2]])


def wanted(rows: np.ndarray) -> list[list[int]]:
    return [np.flatnonzero(row).tolist() for row in rows]


def test_observed_asks_for_what_is_shown() -> None:
    questions = ask("observed", USERS, CATEGORIES, 3)
    assert questions.shown is USERS
    assert wanted(questions.target) == [[0, 1, 2], [0, 1, 2], [2]]
    assert questions.scored is None
    assert len(questions) == 3


def test_held_out_shows_the_earlier_half_rounded_up() -> None:
    questions = ask("held-out", USERS, CATEGORIES, 3)
    assert [row.tolist() for row in questions.shown] == [[0, 1], [3], [2]]
    assert wanted(questions.target) == [[2], [0], []]
    assert questions.scored is None


def test_new_interests_score_only_what_was_not_shown() -> None:
    questions = ask("new-interests", Ragged.from_rows([[0, 1, 3, 2], [2, 2]]), CATEGORIES, 3)
    assert wanted(questions.target) == [[2], []]
    assert questions.scored is not None
    assert wanted(questions.scored) == [[2], [0, 1]]


@pytest.mark.parametrize("protocol", ["observed", "held-out", "new-interests"])
def test_a_user_without_items_is_named(protocol: str) -> None:
    with pytest.raises(EmptySetError, match="user in row 1 has no items"):
        ask(protocol, Ragged.from_rows([[0], [], [1]]), CATEGORIES, 3)


def test_cut_by_hand() -> None:
    first, second = cut(Ragged.from_rows([[5, 6, 7], [], [8]]), np.array([1, 0, 1]))
    assert [row.tolist() for row in first] == [[5], [], [8]]
    assert [row.tolist() for row in second] == [[6, 7], [], []]
