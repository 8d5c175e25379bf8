"""Calibration of few pairs, counted by hand."""

import math

import numpy as np
import pytest

from visualtaste.errors import DataError
from visualtaste.metrics.calibration import EDGES, LEAST, Calibration

# Two users, two categories: the two 0.25 share a bin, the other two pairs have one each.
PROBABILITIES = np.array([[0.25, 0.9], [0.25, 0.6]], dtype=np.float32)
TARGET = np.array([[True, True], [False, False]])


def test_four_pairs_by_hand():
    found = Calibration.of(PROBABILITIES, TARGET)
    mean, share, pairs = found.reliability
    np.testing.assert_allclose(mean, [0.25, 0.6, 0.9], rtol=1e-6)
    np.testing.assert_array_equal(share, [0.5, 0, 1])
    np.testing.assert_array_equal(pairs, [2, 1, 1])
    assert found.brier == pytest.approx((0.75**2 + 0.1**2 + 0.25**2 + 0.6**2) / 4)
    assert found.log_loss == pytest.approx(-(math.log(0.25) + math.log(0.9) + math.log(0.75) + math.log(0.4)) / 4)
    assert found.ece == pytest.approx(2 / 4 * 0.25 + 1 / 4 * 0.6 + 1 / 4 * 0.1)


def test_what_is_not_scored_does_not_count():
    scored = np.array([[True, False], [True, True]])
    found = Calibration.of(PROBABILITIES, TARGET, scored)
    assert (found.pairs, found.wanted.sum()) == (3, 1)
    assert found.brier == pytest.approx((0.75**2 + 0.25**2 + 0.6**2) / 3)


def test_bins_are_half_a_logit_wide():
    logits = np.log(EDGES.astype(np.float64) / (1 - EDGES.astype(np.float64)))
    np.testing.assert_allclose(logits, np.arange(-10, 10.5, 0.5), atol=2e-3)  # 1 - p in float32
    assert len(Calibration.of(PROBABILITIES, TARGET).counts) == 42


def test_an_edge_belongs_to_the_bin_above_it():
    below, edge = np.nextafter(EDGES[20], np.float32(0)), EDGES[20]
    found = Calibration.of(np.array([[0, below, edge, 1]], dtype=np.float32), np.ones((1, 4), dtype=bool))
    np.testing.assert_array_equal(np.flatnonzero(found.counts), [0, 20, 21, 41])


def test_a_sure_mistake_costs_much_but_not_everything():
    wrong = Calibration.of(np.array([[0, 1]], dtype=np.float32), np.array([[True, False]]))
    assert wrong.log_loss == pytest.approx(-math.log(LEAST))
    assert wrong.brier == 1
    assert wrong.ece == 1


def test_more_rows_than_one_chunk():
    random = np.random.default_rng(0)
    probabilities = random.random((700, 1000), dtype=np.float32)
    target = random.random((700, 1000)) < probabilities
    whole = Calibration.of(probabilities, target)
    assert whole.pairs == 700_000
    assert whole.brier == pytest.approx(np.mean((probabilities - target) ** 2, dtype=np.float64), rel=1e-6)
    np.testing.assert_array_equal(whole.wanted.sum(), target.sum())
    np.testing.assert_allclose(whole.predicted.sum(), probabilities.sum(dtype=np.float64))


def test_probabilities_that_are_true_are_found_calibrated_and_others_not():
    """Base rate 2 %, as in the data: doubling the odds is found, though it moves a probability by 0.02 only."""
    random = np.random.default_rng(1)
    true = random.beta(0.3, 14.7, size=(400, 500)).astype(np.float32)
    target = random.random((400, 500)) < true
    honest = Calibration.of(true, target)
    loud = Calibration.of(2 * true / (1 + true), target)
    assert honest.ece < 0.001
    assert loud.ece == pytest.approx(np.mean(true / (1 + true) * (1 - true)), abs=0.001)
    assert loud.log_loss > honest.log_loss
    assert loud.brier > honest.brier


def test_nothing_measured_has_no_mean():
    for nothing in (
        Calibration.of(np.zeros((0, 5), dtype=np.float32), np.zeros((0, 5), dtype=bool)),
        Calibration.of(PROBABILITIES, TARGET, np.zeros((2, 2), dtype=bool)),
    ):
        assert all(len(column) == 0 for column in nothing.reliability)
        for figure in ("brier", "log_loss", "ece"):
            with pytest.raises(DataError, match="no probability was measured"):
                getattr(nothing, figure)
    with pytest.raises(DataError, match="no calibrations"):
        Calibration.concat([])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"probabilities": np.array([[0.1] * 5, [np.nan] * 5])}, "row 1 has a probability that is not a number"),
        ({"probabilities": np.array([[0.1] * 5, [1.5] * 5])}, "row 1 has a probability outside of 0 to 1"),
        ({"probabilities": np.array([[-0.1] * 5, [1.5] * 5])}, r"row 0 .* outside of 0 to 1 \(2 rows in all\)"),
        ({"probabilities": np.zeros(5)}, "probabilities must be a matrix"),
        ({"target": np.ones((2, 5), dtype=np.int64)}, "target must be boolean, not int64"),
        ({"target": np.ones((2, 4), dtype=bool)}, r"target has shape \(2, 4\), but probabilities have \(2, 5\)"),
        ({"scored": np.ones((1, 5), dtype=bool)}, r"scored has shape \(1, 5\), but probabilities have \(2, 5\)"),
    ],
)
def test_what_is_wrong_is_refused_with_its_row(arguments, message):
    right = {"probabilities": np.zeros((2, 5)), "target": np.ones((2, 5), dtype=bool)}
    with pytest.raises(DataError, match=message):
        Calibration.of(**(right | arguments))
