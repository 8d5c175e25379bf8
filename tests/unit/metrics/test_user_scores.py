import numpy as np
import pytest

from visualtaste.errors import DataError
from visualtaste.metrics.ranking import score_users
from visualtaste.metrics.user_scores import METRICS, THRESHOLDED_METRICS, UserScores


def example(seed: int, users: int, *, probabilities: bool = True, ks=(1, 3)):
    random = np.random.default_rng(seed)
    scores = random.random((users, 6))
    wanted = random.random((users, 6)) < 0.4
    wanted[:, 2] = True
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


def test_per_user_names_every_metric():
    assert tuple(example(0, 4).per_user()) == METRICS + THRESHOLDED_METRICS
    assert tuple(example(0, 4, probabilities=False).per_user()) == METRICS


def test_without_probabilities_there_is_no_thresholded_metric():
    scores = example(0, 4, probabilities=False)
    assert scores.thresholded is None
    assert scores.mean().thresholded is None
    assert scores.thresholded_micro() is None
