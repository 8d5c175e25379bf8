"""Columns that training users have, and the way from scores of items to scores of categories."""

from __future__ import annotations

import numpy as np
import pytest

from support.worlds import lesson, needs_compare
from visualtaste.baselines.collaborative import with_popularity
from visualtaste.baselines.interactions import Columns
from visualtaste.errors import TrainingError
from visualtaste.types import Ragged

pytestmark = needs_compare

WORLD = lesson([[4, 0], [2]], [[1], [0], [1, 3], [2], []], width=5)


def test_columns_are_what_training_users_have() -> None:
    items, categories = Columns.had("items", WORLD), Columns.had("categories", WORLD)
    assert items.rows.tolist() == [0, 2, 4]
    assert categories.rows.tolist() == [1, 3]
    sets = Ragged.from_rows([[2, 1], [0, 0], [3]])
    assert items.matrix(sets).toarray().tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 0]]
    assert categories.matrix(sets).toarray().tolist() == [[1, 1], [1, 0], [0, 0]]
    assert items.state_bytes(7) == 28
    assert categories.state_bytes(3) == 4 * 3  # four labels on five items: 2.4, rounded up


def test_nothing_had_is_refused() -> None:
    with pytest.raises(TrainingError, match="2 training users have no categories"):
        Columns.had("categories", lesson([[0], [1]], [[], [], [0]], width=1))


def test_category_scores_of_items_leave_out_the_known_and_the_negative() -> None:
    columns = Columns.had("items", WORLD)  # items 0, 2, 4 of categories {1}, {1, 3}, none
    known = columns.matrix(Ragged.from_rows([[4], [0]]))
    scores = columns.category_scores(np.array([[0.25, 0.5, 9.0], [7.0, 0.5, -1.0]]), known)
    np.testing.assert_allclose(scores, [[0, 0.75, 0, 0.5, 0], [0, 0.5, 0, 0.5, 0]])
    below = columns.category_scores(np.array([[-1.0, 0.5, 0.0]]), columns.matrix(Ragged.from_rows([[4]])))
    np.testing.assert_allclose(below, [[0, 0.5, 0, 0.5, 0]])


def test_category_scores_of_categories_put_the_others_last() -> None:
    columns = Columns.had("categories", WORLD)
    scores = columns.category_scores(np.array([[2.0, -1.0]]), columns.matrix(Ragged.from_rows([[0]])))
    assert scores.tolist() == [[-1, 2, -1, -1, -1]]


def test_popularity_is_mixed_in_as_shares() -> None:
    mixed = with_popularity(np.array([[3.0, 1.0], [0.0, 0.0]]), np.array([0.5, 0.75]), 0.5)
    np.testing.assert_allclose(mixed, [[0.375 + 0.2, 0.125 + 0.3], [0.4, 0.6]])
