"""Ranking metrics on tables small enough to count by hand."""

import math

import numpy as np
import pytest

from visualtaste.errors import DataError
from visualtaste.metrics.ranking import score_users

# One user, five categories, ranked 2, 0, 4, 1, 3; wanted are 2, 4 and 3: hits at ranks 1, 3 and 5.
SCORES = np.array([[0.8, 0.4, 0.9, 0.1, 0.6]], dtype=np.float32)
WANTED = np.array([[False, False, True, True, True]])


def test_one_user_counted_by_hand():
    scores = score_users(SCORES, WANTED, ks=range(1, 6))
    np.testing.assert_array_equal(scores.top.hits, [[1, 1, 2, 2, 3]])
    np.testing.assert_allclose(scores.precision, [[1, 1 / 2, 2 / 3, 2 / 4, 3 / 5]])
    np.testing.assert_allclose(scores.recall, [[1 / 3, 1 / 3, 2 / 3, 2 / 3, 1]])
    np.testing.assert_allclose(scores.f1, [[1 / 2, 2 / 5, 2 / 3, 4 / 7, 3 / 4]])
    np.testing.assert_allclose(scores.r_precision, [2 / 3])  # three wanted, two of them among the first three


def test_ndcg_counted_by_hand():
    scores = score_users(SCORES, WANTED, ks=[1, 2, 5])
    second, third, fifth = 1 / math.log2(3), 1 / math.log2(4), 1 / math.log2(6)
    best = 1 + second + third  # three hits in front
    np.testing.assert_allclose(scores.ndcg, [[1, 1 / (1 + second), (1 + third + fifth) / best]])


def test_thresholded_counts_only_what_is_probable_enough():
    # ranks 1, 2 and 3 pass (0.5 itself passes), ranks 4 and 5 do not
    scores = score_users(SCORES, WANTED, probabilities=np.array([[0.7, 0.49, 0.9, 0.1, 0.5]]), ks=range(1, 6))
    assert scores.thresholded is not None
    np.testing.assert_array_equal(scores.thresholded.listed, [[1, 2, 3, 3, 3]])
    np.testing.assert_allclose(scores.thresholded.precision, [[1, 1 / 2, 2 / 3, 2 / 3, 2 / 3]])
    np.testing.assert_allclose(scores.thresholded.recall, [[1 / 3, 1 / 3, 2 / 3, 2 / 3, 2 / 3]])
    np.testing.assert_allclose(scores.thresholded.f1, [[1 / 2, 2 / 5, 2 / 3, 2 / 3, 2 / 3]])


def test_thresholded_is_zero_where_nothing_passes():
    scores = score_users(SCORES, WANTED, probabilities=SCORES / 10, ks=[3])
    assert scores.thresholded is not None
    assert scores.thresholded.precision == scores.thresholded.recall == scores.thresholded.f1 == 0
    assert scores.thresholded.micro().precision == 0


def test_ties_go_to_the_lower_index():
    tied = np.array([[0.5, 0.5, 0.5, 0.5]], dtype=np.float32)
    for index in range(4):
        wanted = np.arange(4)[None] == index
        np.testing.assert_array_equal(score_users(tied, wanted, ks=range(1, 5)).top.hits[0], np.arange(1, 5) > index)


def test_zero_and_minus_zero_are_tied():
    wanted = np.array([[False, True]])
    for scores in ([[0.0, -0.0]], [[-0.0, 0.0]]):
        assert score_users(np.array(scores), wanted, ks=[1]).top.hits == 0


def test_negative_and_infinite_scores_have_their_place():
    scores = np.array([[-np.inf, -2.0, -1.0, np.inf, 1e-30, -1e-30]])
    order = [3, 4, 5, 2, 1, 0]
    for place, index in enumerate(order):
        hits = score_users(scores, np.arange(6)[None] == index, ks=range(1, 7)).top.hits[0]
        np.testing.assert_array_equal(hits, np.arange(6) >= place)


def test_categories_that_do_not_count_leave_the_ranking():
    scored = np.array([[False, True, False, True, True]])  # leaves the order 4, 1, 3
    scores = score_users(SCORES, WANTED & scored, scored=scored, ks=range(1, 6))
    np.testing.assert_array_equal(scores.top.hits, [[1, 1, 2, 2, 2]])
    assert scores.r_precision == 1 / 2


def test_a_k_beyond_the_last_category_fills_up_with_misses():
    scores = score_users(SCORES, WANTED, probabilities=np.ones((1, 5)), ks=[5, 10])
    np.testing.assert_allclose(scores.precision, [[3 / 5, 3 / 10]])
    np.testing.assert_allclose(scores.recall, [[1, 1]])
    np.testing.assert_allclose(scores.ndcg[0, 0], scores.ndcg[0, 1])
    assert scores.thresholded is not None
    np.testing.assert_array_equal(scores.thresholded.listed, [[5, 5]])  # a place without a category passes nothing


def test_macro_and_micro_averages_by_hand():
    scores = score_users(
        np.array([[0.9, 0.5, 0.1], [0.9, 0.5, 0.1]]),
        np.array([[True, False, False], [False, True, True]]),
        ks=[1, 2],
    )
    mean, micro = scores.mean(), scores.micro()
    np.testing.assert_allclose(mean.precision, [1 / 2, 1 / 2])
    np.testing.assert_allclose(mean.recall, [(1 + 0) / 2, (1 + 1 / 2) / 2])
    np.testing.assert_allclose(mean.f1, [(1 + 0) / 2, (2 / 3 + 1 / 2) / 2])
    assert mean.r_precision == (1 + 1 / 2) / 2
    np.testing.assert_allclose(micro.precision, [1 / 2, 2 / 4])
    np.testing.assert_allclose(micro.recall, [1 / 3, 2 / 3])
    np.testing.assert_allclose(micro.f1, [2 * 1 / (2 + 3), 2 * 2 / (4 + 3)])


def test_thresholded_micro_average_sums_what_passes():
    probabilities = np.array([[0.9, 0.6, 0.1], [0.4, 0.3, 0.1]])  # two of the first user's pass, none of the second's
    wanted = np.array([[True, False, False], [True, True, True]])
    micro = score_users(probabilities, wanted, probabilities, ks=[2]).thresholded_micro()
    assert micro is not None
    assert (micro.precision, micro.recall) == (1 / 2, 1 / 4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"scores": np.array([[0.1] * 5, [np.nan] * 5])}, "row 1 has a score that is not a number"),
        ({"relevant": np.array([[True] * 5, [False] * 5])}, "row 1 wants no category"),
        ({"probabilities": np.array([[np.nan] * 5, [0.1] * 5])}, "row 0 has a probability that is not a number"),
        ({"scored": np.array([[True] * 5, [False] * 5])}, "row 1 wants a category that is not scored"),
        ({"scored": np.ones((2, 4), dtype=bool)}, r"scored has shape \(2, 4\), but scores have \(2, 5\)"),
        ({"scores": np.zeros(5)}, "scores must be a matrix"),
        ({"relevant": np.ones((2, 5), dtype=np.int64)}, "relevant must be boolean, not int64"),
        ({"ks": []}, "ks must be ascending integers"),
        ({"ks": [0, 1]}, "ks must be ascending integers"),
        ({"ks": [2, 2]}, "ks must be ascending integers"),
        ({"ks": [1.5]}, "ks must be ascending integers"),
    ],
)
def test_what_is_wrong_is_refused_with_its_row(arguments, message):
    right = {"scores": np.zeros((2, 5)), "relevant": np.ones((2, 5), dtype=bool)}
    with pytest.raises(DataError, match=message):
        score_users(**(right | arguments))


def test_nobody_scored_has_no_mean():
    nobody = score_users(np.zeros((0, 5)), np.zeros((0, 5), dtype=bool))
    assert len(nobody) == 0
    with pytest.raises(DataError, match="no user was scored"):
        nobody.mean()


def test_more_rows_than_one_chunk():
    """The rows are worked off in chunks; which chunk a row falls into must not show, nor how errors count rows."""
    random = np.random.default_rng(0)
    scores = random.random((700, 1000), dtype=np.float32)
    wanted = random.random((700, 1000)) < 0.02
    wanted[:, 0] = True
    whole = score_users(scores, wanted)
    np.testing.assert_array_equal(whole.top.hits[650], score_users(scores[650:651], wanted[650:651]).top.hits[0])
    wanted[650] = False
    with pytest.raises(DataError, match="row 650 wants no category"):
        score_users(scores, wanted)
