import numpy as np
import pytest

from visualtaste.errors import DataError
from visualtaste.metrics.intervals import (
    difference_interval,
    difference_intervals,
    mean_interval,
    mean_intervals,
    resampled_means,
)


def test_two_users_can_be_drawn_in_three_ways():
    """Of two users with values 0 and 1, the mean of a draw is 0, 1/2 or 1, one, two and one time in four."""
    means = resampled_means([np.array([[0.0], [1.0]])], seed=0, draws=4000)[0]
    shares = [(means == value).mean() for value in (0.0, 0.5, 1.0)]
    assert np.isin(means, [0.0, 0.5, 1.0]).all()
    np.testing.assert_allclose(shares, [0.25, 0.5, 0.25], atol=0.03)


def test_the_interval_covers_the_true_mean_as_often_as_it_says():
    random = np.random.default_rng(0)
    trials = random.beta(2, 5, size=(60, 300))  # 300 studies of 60 users each; the true mean is 2/7
    interval = mean_interval(trials, seed=0, draws=1000)
    covered = ((interval.low <= 2 / 7) & (interval.high >= 2 / 7)).mean()
    assert 0.9 <= covered <= 0.98


def test_the_width_is_that_of_the_normal_distribution():
    values = np.random.default_rng(1).normal(size=(2000, 1))
    interval = mean_interval(values, seed=0, draws=4000)
    error = values.std() / np.sqrt(2000)
    np.testing.assert_allclose(
        [interval.low, interval.high], values.mean() + 1.96 * error * np.array([[-1], [1]]), atol=3e-3
    )
    np.testing.assert_allclose(interval.value, values.mean())


def test_identical_methods_differ_by_exactly_nothing():
    values = np.random.default_rng(2).random((50, 7))
    difference = difference_interval(values, values.copy(), seed=0)
    assert (difference.value == 0).all()
    assert (difference.low == 0).all()
    assert (difference.high == 0).all()
    assert (difference.probability == 0.5).all()


def test_pairing_finds_what_separate_intervals_cannot():
    """Users differ much, the methods little: each interval is wide, that of the difference is narrow."""
    random = np.random.default_rng(3)
    worse = random.random((200, 1))
    better = worse + 0.01 + random.normal(scale=0.02, size=(200, 1))
    apart = mean_intervals([worse, better], seed=0)
    assert apart[0].high > apart[1].low
    difference = difference_interval(better, worse, seed=0)
    assert difference.low > 0
    assert difference.probability > 0.99
    assert difference_interval(worse, better, seed=0).probability < 0.01


def test_one_seed_gives_one_interval_and_all_methods_see_the_same_draws():
    values = np.random.default_rng(4).random((30, 2))
    first, again, other = (mean_interval(values, seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.low, again.low)
    assert (first.low != other.low).any()
    means = resampled_means([values, 2 * values], seed=0)
    np.testing.assert_allclose(means[1], 2 * means[0])


def test_draws_of_many_users_come_in_chunks():
    """With this many users a chunk holds a few draws only; chunks must add up to all of them."""
    values = np.random.default_rng(5).random((300_000, 1))
    means = resampled_means([values], seed=0, draws=10)[0]
    assert means.shape == (10, 1)
    np.testing.assert_allclose(means, 0.5, atol=0.01)
    assert len(np.unique(means)) == 10


def test_a_single_user_has_no_spread():
    interval = mean_interval(np.array([[0.4]]), seed=0)
    assert interval.low == interval.high == interval.value == 0.4


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(DataError, match="same users"):
        mean_intervals([np.zeros((3, 1)), np.zeros((4, 1))], seed=0)
    with pytest.raises(DataError, match="same users, at least one"):
        mean_interval(np.zeros((0, 1)), seed=0)
    with pytest.raises(DataError, match="not finite"):
        mean_interval(np.array([[np.nan]]), seed=0)
    with pytest.raises(DataError, match=r"\(3, 1\) cannot be compared with a reference of \(3, 2\)"):
        difference_intervals([np.zeros((3, 1))], np.zeros((3, 2)), seed=0, draws=10)
