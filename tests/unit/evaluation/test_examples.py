from pathlib import Path

import numpy as np
import pytest

from visualtaste.evaluation.examples import Photo, make_example, pick_users
from visualtaste.metrics.ranking import score_users

CATEGORIES = ["a", "b", "c", "d", "e"]
SHOWN = [Photo(Path("one.jpg"), "One"), Photo(None, "Two")]
ATTENTION = np.array([0.75, 0.25], dtype=np.float32)
PROBABILITIES = np.array([0.5, 0.9, 0.5, 0.1, 0.3], dtype=np.float32)
WANTED = np.array([False, True, True, True, False])


def test_predicted_and_missed_by_hand():
    example = make_example("u", SHOWN, ATTENTION, PROBABILITIES, WANTED, CATEGORIES, predicted=2, bought=SHOWN[:1])
    assert [(photo.title, photo.attention) for photo in example.shown] == [("One", 0.75), ("Two", 0.25)]
    # a and c are tied: the lower index comes first
    assert [(each.category, each.wanted) for each in example.predicted] == [("b", True), ("a", False)]
    assert [(each.category, each.rank) for each in example.missed] == [("c", 3), ("d", 5)]
    assert (example.hits, example.wanted) == (1, 3)
    assert example.bought == (SHOWN[0],)


def test_categories_that_do_not_count_are_not_predicted():
    scored = np.array([True, False, True, True, True])
    example = make_example(
        "u", SHOWN, ATTENTION, PROBABILITIES, WANTED & scored, CATEGORIES, scored=scored, predicted=2
    )
    assert [each.category for each in example.predicted] == ["a", "c"]
    assert [(each.category, each.rank) for each in example.missed] == [("d", 4)]


def test_a_prediction_names_the_photos_that_it_is_because_of():
    contributions = np.array([[0.0, 1.0, -1.0, 0.2, 0.0], [0.0, 0.1, -1.0, 0.9, 0.0]])
    example = make_example(
        "u", SHOWN, ATTENTION, PROBABILITIES, WANTED, CATEGORIES, contributions=contributions, predicted=4
    )
    assert {each.category: each.because for each in example.predicted} == {
        "a": "no photo",
        "b": "photo 1",
        "c": "no photo",
        "e": "no photo",
    }
    silent = make_example("u", SHOWN, ATTENTION, PROBABILITIES, WANTED, CATEGORIES)
    assert {each.because for each in silent.predicted} == {""}


def test_the_ranking_is_that_of_the_metrics():
    random = np.random.default_rng(0)
    probabilities = random.integers(0, 4, size=(50, 5)).astype(np.float32) / 4
    wanted = random.random((50, 5)) < 0.5
    wanted[:, 0] = True
    hits = score_users(probabilities, wanted, ks=[2]).top.hits[:, 0]
    for row in range(50):
        example = make_example("u", [], np.zeros(0), probabilities[row], wanted[row], CATEGORIES, predicted=2)
        assert example.hits == hits[row]


def test_attention_and_photos_must_go_together():
    with pytest.raises(ValueError, match="shorter"):
        make_example("u", SHOWN, ATTENTION[:1], PROBABILITIES, WANTED, CATEGORIES)


def test_users_are_picked_at_even_steps_of_f1():
    """Ten users of whom user i has i of ten wanted categories right."""
    wanted = np.zeros((10, 20), dtype=bool)
    for user in range(10):
        wanted[user, :user] = True
        wanted[user, 10 : 20 - user] = True
    scores = score_users(np.broadcast_to(-np.arange(20.0), (10, 20)), wanted, ks=[10])
    np.testing.assert_array_equal(scores.top.hits[:, 0], np.arange(10))
    np.testing.assert_array_equal(pick_users(scores, 10, 5), [8, 6, 4, 2, 0])
    np.testing.assert_array_equal(pick_users(scores, 10, 1), [4])
    np.testing.assert_array_equal(pick_users(scores, 10, 99), np.arange(10)[::-1])
    assert len(pick_users(scores, 10, 0)) == 0
