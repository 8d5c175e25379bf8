"""Laws of calibration, and an independent oracle in plain Python: loops over pairs, no NumPy arithmetic."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from visualtaste.metrics.calibration import Calibration


@st.composite
def answers(draw):
    shape = (draw(st.integers(1, 6)), draw(st.integers(1, 9)))
    values = st.sampled_from([0.0, 1e-9, 0.02, 0.5, 1.0]) | st.floats(0, 1, width=32)
    probabilities = draw(npst.arrays(np.float32, shape, elements=values))
    target, scored = (draw(npst.arrays(np.bool_, shape)) for _ in range(2))
    scored[0, 0] = True
    return probabilities, target, scored


def oracle(probabilities, target, scored):
    """Brier score, log loss and ECE, a pair at a time."""
    bins = {}
    squares = logarithms = pairs = 0
    for row in zip(*(matrix.tolist() for matrix in (probabilities, target, scored)), strict=True):
        for p, wanted, counts in zip(*row, strict=True):
            if counts:
                logit = math.inf if p == 1 else -math.inf if p == 0 else math.log(p / (1 - p))
                edge = math.floor(2 * max(-10.5, min(10, logit)))
                bins.setdefault(edge, []).append((p, wanted))
                squares += (p - wanted) ** 2
                logarithms -= math.log(max(1e-7, p if wanted else 1 - p))
                pairs += 1
    error = 0
    for members in bins.values():
        mean = sum(p for p, _ in members) / len(members)
        share = sum(wanted for _, wanted in members) / len(members)
        error += len(members) / pairs * abs(mean - share)
    return squares / pairs, logarithms / pairs, error


def away_from_edges(probabilities):
    """Whether float32 edges cannot put any of these into another bin than exact ones."""
    inside = probabilities[(probabilities > 0) & (probabilities < 1)].astype(np.float64)
    halves = 2 * np.log(inside / (1 - inside))
    return (np.abs(halves - np.round(halves)) > 5e-3)[np.abs(halves) < 20.5].all()


@given(answers())
@settings(max_examples=300, deadline=None)
def test_equal_to_the_oracle(answer):
    found = Calibration.of(*answer)
    brier, log_loss, ece = oracle(*answer)
    assert found.brier == pytest.approx(brier, abs=1e-12)
    assert found.log_loss == pytest.approx(log_loss, abs=1e-12)
    if away_from_edges(answer[0][answer[0] != 0.5]):  # 0.5 is an edge that float32 has exactly
        assert found.ece == pytest.approx(ece, abs=1e-12)


@given(answers(), st.integers(0, 6))
@settings(deadline=None)
def test_parts_put_together_are_the_whole(answer, cut):
    parts = [Calibration.of(*(matrix[rows] for matrix in answer)) for rows in (slice(cut), slice(cut, None))]
    joined, whole = Calibration.concat(parts), Calibration.of(*answer)
    for name in ("counts", "predicted", "wanted", "squares", "logarithms"):
        np.testing.assert_allclose(getattr(joined, name), getattr(whole, name), rtol=1e-12)


@given(answers())
@settings(deadline=None)
def test_bounds(answer):
    found = Calibration.of(*answer)
    assert 0 <= found.brier <= 1
    # bins average what pairs miss by, so they miss by no more; and squares are at least the square of the mean
    assert 0 <= found.ece <= math.sqrt(found.brier) + 1e-12
    mean, share, pairs = found.reliability
    assert pairs.sum() == found.pairs == answer[2].sum()
    assert (np.diff(mean) > 0).all()
    assert ((share >= 0) & (share <= 1)).all()


@given(answers())
@settings(deadline=None)
def test_perfect_predictions_cost_nothing(answer):
    _, target, scored = answer
    found = Calibration.of(target.astype(np.float32), target, scored)
    assert found.brier == found.log_loss == found.ece == 0
