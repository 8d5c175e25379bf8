"""Popularity and the user's own history, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from support.worlds import lesson
from visualtaste.baselines.history import History
from visualtaste.baselines.popularity import Popularity
from visualtaste.baselines.questions import categories_of, training_questions, wanted_share
from visualtaste.errors import TrainingError
from visualtaste.types import Ragged

CATEGORIES = [[0], [0, 1], [2], []]
TRAIN = [[0, 1], [2, 0], [2], [0, 3]]
SHOWN = Ragged.from_rows([[0, 1, 2, 3], [2]])


def test_wanted_share_counts_users_with_an_answer() -> None:
    np.testing.assert_allclose(wanted_share(lesson(TRAIN, CATEGORIES, 4)), [3 / 4, 1 / 4, 2 / 4, 0])
    # held-out: the first wants 0 and 1, the second 0; the others have nothing later that has a category
    held_out = lesson(TRAIN, CATEGORIES, 4, "held-out")
    np.testing.assert_allclose(wanted_share(held_out), [1, 1 / 2, 0, 0])
    assert [row.tolist() for row in training_questions(held_out).shown] == [[0], [2]]


def test_nothing_to_answer_is_refused() -> None:
    with pytest.raises(TrainingError, match="none of the 1 training users wants a category in the held-out"):
        Popularity().fit(lesson([[0]], CATEGORIES, 3, "held-out"), 0)


def test_popularity_is_the_same_for_everyone() -> None:
    fitted = Popularity().fit(lesson(TRAIN, CATEGORIES, 4), 0)
    np.testing.assert_allclose(fitted.scores(SHOWN), [[0.75, 0.25, 0.5, 0]] * 2)
    assert fitted.probabilistic
    assert fitted.state_bytes(10) == 0


def test_history_blends_own_shares_with_popularity() -> None:
    fitted = History(blend=0.2, power=0.5).fit(lesson(TRAIN, CATEGORIES, 4), 0)
    popularity = np.array([0.75, 0.25, 0.5, 0])
    own = np.sqrt([[2 / 4, 1 / 4, 1 / 4, 0], [0, 0, 1, 0]])
    np.testing.assert_allclose(fitted.scores(SHOWN), 0.8 * own + 0.2 * popularity, rtol=1e-6)


def test_state_of_history_counts_labels_up_to_all_categories() -> None:
    world = lesson(TRAIN, CATEGORIES, 4)  # four items have four labels
    assert categories_of(world.catalogue, 2) == 2
    assert categories_of(world.catalogue, 9) == 4
    assert History().fit(world, 0).state_bytes(2) == 2 * 8 + 4
