import numpy as np
import pytest

from visualtaste.data.protocols import answerable
from visualtaste.errors import EmptySetError
from visualtaste.training.examples import draw, random_subsets
from visualtaste.types import Ragged

# item i has category i, item 3 has none
CATEGORIES = Ragged.from_rows([[0], [1], [2], []])
USERS = Ragged.from_rows([[0, 1, 2], [3], [2], [3, 1], [1, 3]])


def generator(seed=0):
    return np.random.default_rng(seed)


def test_observed_leaves_out_users_without_any_category():
    users, frequency = answerable("observed", USERS, CATEGORIES, 3)
    assert [list(user) for user in users] == [[0, 1, 2], [2], [3, 1], [1, 3]]
    assert frequency.tolist() == [1 / 4, 3 / 4, 2 / 4]


def test_held_out_leaves_out_users_whose_later_half_says_nothing():
    users, frequency = answerable("held-out", USERS, CATEGORIES, 3)
    assert [list(user) for user in users] == [[0, 1, 2], [3, 1]]  # later: [2], [1]
    assert frequency.tolist() == [0, 1 / 2, 1 / 2]


def test_frequency_of_nobody_is_zero():
    users, frequency = answerable("observed", USERS.take(np.array([1])), CATEGORIES, 3)
    assert len(users) == 0
    assert frequency.tolist() == [0, 0, 0]


def test_chunks_change_nothing(monkeypatch):
    whole_users, whole_frequency = answerable("observed", USERS, CATEGORIES, 3)
    monkeypatch.setattr("visualtaste.data.protocols._CHUNK", 2)
    users, frequency = answerable("observed", USERS, CATEGORIES, 3)
    assert users.values.tolist() == whole_users.values.tolist()
    assert frequency.tolist() == whole_frequency.tolist()


def test_user_without_items_is_an_error():
    with pytest.raises(EmptySetError, match="row 1"):
        answerable("observed", Ragged.from_rows([[0], []]), CATEGORIES, 3)


def test_subsets_keep_order_are_never_empty_and_take_every_size_and_item_equally_often():
    rows = Ragged.from_rows([[5, 6, 7]] * 6000 + [[9]])
    subsets = random_subsets(rows, generator())
    drawn = [tuple(subset) for subset in subsets]
    assert drawn[-1] == (9,)
    assert all(subset == tuple(sorted(subset)) for subset in drawn)
    sizes = np.bincount(subsets.lengths[:-1], minlength=4)
    assert sizes[0] == 0
    np.testing.assert_allclose(sizes[1:] / 6000, 1 / 3, atol=0.03)
    counts = {item: sum(item in subset for subset in drawn) / 6000 for item in (5, 6, 7)}
    np.testing.assert_allclose(list(counts.values()), 2 / 3, atol=0.03)


def test_held_out_cuts_in_time_wherever_both_sides_keep_an_item():
    rows = Ragged.from_rows([[0, 1, 2]] * 200)
    questions = draw("held-out", rows, CATEGORIES, 3, generator())
    asked = {
        (tuple(shown), tuple(np.flatnonzero(t))) for shown, t in zip(questions.shown, questions.target, strict=True)
    }
    assert asked == {((0,), (1, 2)), ((0, 1), (2,))}


def test_the_same_stream_draws_the_same_questions():
    one, other, third = (draw("observed", USERS, CATEGORIES, 3, generator(seed)) for seed in (1, 1, 2))
    assert one.shown.values.tolist() == other.shown.values.tolist()
    assert one.shown.values.tolist() != third.shown.values.tolist()
