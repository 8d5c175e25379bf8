import numpy as np
import pytest

from visualtaste.errors import DataError
from visualtaste.metrics.ranking import score_users
from visualtaste.metrics.user_scores import METRICS, THRESHOLDED_METRICS, UserScores


def example(seed: int, users: int, *, probabilities: bool = True, ks=(1, 3), model: int = 0):
    """Scores of some users; another model gives the same users other scores."""
    random = np.random.default_rng(seed)
    wanted = random.random((users, 6)) < 0.4
    wanted[:, 2] = True
    scores = np.random.default_rng([seed, model]).random((users, 6))
    return score_users(scores, wanted, scores if probabilities else None, ks=ks)


def test_concat_puts_one_after_the_other():
    first, second = example(0, 4), example(1, 3)
    both = UserScores.concat([first, second])
    assert len(both) == 7
    for name, values in both.per_user().items():
        np.testing.assert_array_equal(values, np.concatenate([first.per_user()[name], second.per_user()[name]]))
    np.testing.assert_array_equal(both.relevant, np.concatenate([first.relevant, second.relevant]))


def test_concat_refuses_what_does_not_go_together():
    with pytest.raises(DataError, match=r"k = \[1, 2\] do not go with scores at k = \[1, 3\]"):
        UserScores.concat([example(0, 4), example(0, 4, ks=(1, 2))])
    with pytest.raises(DataError, match="some parts have thresholded metrics"):
        UserScores.concat([example(0, 4), example(0, 4, probabilities=False)])
    with pytest.raises(DataError, match="no scores"):
        UserScores.concat([])


def test_the_mean_of_seeds_has_the_mean_of_their_metrics():
    seeds = [example(0, 9, model=model) for model in range(3)]
    mean = UserScores.mean_of(seeds)
    for name in METRICS:
        expected = np.mean([scores.per_user()[name] for scores in seeds], axis=0)
        np.testing.assert_allclose(mean.per_user()[name], expected, rtol=1e-12)
        assert any((scores.per_user()[name] != expected).any() for scores in seeds)
    for name in ("precision", "recall", "f1"):
        np.testing.assert_allclose(
            getattr(mean.micro(), name), np.mean([getattr(scores.micro(), name) for scores in seeds], axis=0)
        )
    np.testing.assert_array_equal(mean.relevant, seeds[0].relevant)


def test_thresholded_metrics_of_seeds_are_those_of_their_lists_together():
    """Three models list 1, 0 and 1 of one user's three wanted categories, and 1, 0 and 0 that are not wanted."""
    wanted = np.array([[True, True, True, False]])
    lists = ([[0.9, 0, 0, 0.8]], [[0.3, 0.2, 0.1, 0]], [[0, 0.7, 0, 0]])
    seeds = [score_users(np.array(p), wanted, np.array(p), ks=[4]) for p in lists]
    found = UserScores.mean_of(seeds).thresholded
    assert found is not None
    assert found.precision == pytest.approx(2 / 3)  # not the mean of 1/2, 0 and 1
    assert found.recall == pytest.approx(2 / 9)
    assert found.f1 == pytest.approx(2 / (1 / (2 / 3) + 1 / (2 / 9)))
    assert found.micro().precision == pytest.approx(2 / 3)


def test_less_than_one_entry_listed_on_average_is_still_divided_by():
    """One of two models lists one entry, a hit: all that is listed is right."""
    wanted = np.array([[True, False]])
    seeds = [score_users(np.array(p), wanted, np.array(p), ks=[2]) for p in ([[0.9, 0.1]], [[0.4, 0.1]])]
    found = UserScores.mean_of(seeds).thresholded
    assert found is not None
    assert found.precision == found.micro().precision == 1


def test_the_mean_of_one_part_is_the_part():
    part = example(0, 5)
    for name, values in UserScores.mean_of([part]).per_user().items():
        np.testing.assert_array_equal(values, part.per_user()[name])


def test_seeds_and_folds_may_be_put_together_in_either_order():
    folds = [[example(fold, users, model=model) for fold, users in ((0, 4), (1, 3))] for model in range(2)]
    one = UserScores.concat([UserScores.mean_of(seeds) for seeds in zip(*folds, strict=True)])
    other = UserScores.mean_of([UserScores.concat(fold) for fold in folds])
    for name, values in one.per_user().items():
        np.testing.assert_array_equal(values, other.per_user()[name])


def test_mean_of_refuses_what_does_not_go_together():
    with pytest.raises(DataError, match=r"k = \[1, 2\] do not go with scores at k = \[1, 3\]"):
        UserScores.mean_of([example(0, 4), example(0, 4, ks=(1, 2))])
    with pytest.raises(DataError, match="part 2 was scored on other users"):
        UserScores.mean_of([example(0, 9), example(0, 9), example(1, 9)])
    with pytest.raises(DataError, match="part 1 was scored on other users"):
        UserScores.mean_of([example(0, 9), example(0, 8)])
    with pytest.raises(DataError, match="some parts have thresholded metrics"):
        UserScores.mean_of([example(0, 4), example(0, 4, probabilities=False)])
    with pytest.raises(DataError, match="no scores"):
        UserScores.mean_of([])


def test_per_user_names_every_metric():
    assert tuple(example(0, 4).per_user()) == METRICS + THRESHOLDED_METRICS
    assert tuple(example(0, 4, probabilities=False).per_user()) == METRICS


def test_without_probabilities_there_is_no_thresholded_metric():
    scores = example(0, 4, probabilities=False)
    assert scores.thresholded is None
    assert scores.mean().thresholded is None
    assert scores.thresholded_micro() is None
