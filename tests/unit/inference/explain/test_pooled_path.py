"""Integrated gradients in closed form, against sums by hand and against the integral itself."""

from __future__ import annotations

import numpy as np
import pytest

from visualtaste.inference.explain.head import Head
from visualtaste.inference.explain.pooled_path import active_shares, path_contributions


def head(**changes: object) -> Head:
    """Two features, two hidden units, one category."""
    parts = {
        "mean": np.array([1.0, 0.0], dtype=np.float32),
        "scale": np.array([2.0, 1.0], dtype=np.float32),
        "hidden_weight": np.array([[1.0, 0.0], [0.0, -1.0]], dtype=np.float32),
        "hidden_bias": np.array([-1.0, 3.0], dtype=np.float32),
        "weight": np.array([[4.0, 0.5]], dtype=np.float32),
        "bias": np.array([0.25]),
        "pooling": "attention",
        "gate_weight": None,
        "gate_bias": None,
    }
    return Head(**{**parts, **changes})


def test_contributions_by_hand() -> None:
    """Standardised photos (4, 1) and (0, 3), shares 3/4 and 1/4: parts (3, 0.75) and (0, 0.75), z = (3, 1.5).

    Unit 1: -1 + 3 t is active for 2/3 of the way; it gets 3 and 0. Unit 2: 3 - 1.5 t is active all the way; it gets
    -0.75 and -0.75. Contributions: 4 * 2/3 * 3 - 0.5 * 0.75 and -0.5 * 0.75. Base: 0.5 * 3 + 0.25.
    """
    features = np.array([[3.0, 1.0], [1.0, 3.0]], dtype=np.float32)
    base, contributions = path_contributions(head(), features, np.array([0.75, 0.25]))
    assert base.tolist() == [1.75]
    np.testing.assert_allclose(contributions, [[7.625], [-0.375]])
    assert base + contributions.sum() == pytest.approx(4 * 2 + 0.5 * 1.5 + 0.25)


def test_gates_close_what_photos_bring() -> None:
    """A gate of 1/2 halves the parts: (1.5, 0.375), (0, 0.375); unit 1, -1 + 1.5 t, is active for a third."""
    features = np.array([[3.0, 1.0], [1.0, 3.0]], dtype=np.float32)
    gated = head(pooling="attention2_gating", gate_weight=np.zeros((2, 2), dtype=np.float32), gate_bias=np.zeros(2))
    _, contributions = path_contributions(gated, features, np.array([0.75, 0.25]))
    np.testing.assert_allclose(contributions, [[4 / 3 * 1.5 - 0.5 * 0.375], [-0.5 * 0.375]])


@pytest.mark.parametrize(
    ("slope", "bias", "share"),
    [(2, -1, 0.5), (-2, 1, 0.5), (1, 5, 1), (1, -5, 0), (-1, 5, 1), (-1, -5, 0), (0, 1, 1), (0, -1, 0), (0, 0, 0),
     (1, 0, 1), (-1, 0, 0)],
)  # fmt: skip
def test_the_share_of_the_way_that_a_unit_is_active(slope: float, bias: float, share: float) -> None:
    assert active_shares(np.array([float(slope)]), np.array([float(bias)])).tolist() == [share]


def test_the_closed_form_is_the_integral() -> None:
    """Against the mean gradient at many points of the way, of a random head."""
    random = np.random.default_rng(0)
    size, hidden, count = 5, 30, 4
    weights = {
        "mean": random.normal(size=size).astype(np.float32),
        "scale": random.uniform(0.5, 2, size).astype(np.float32),
        "hidden_weight": random.normal(size=(hidden, size)).astype(np.float32),
        "hidden_bias": random.normal(size=hidden).astype(np.float32),
        "weight": random.normal(size=(3, hidden)).astype(np.float32),
        "bias": random.normal(size=3),
    }
    features, attention = random.normal(size=(count, size)).astype(np.float32), random.dirichlet(np.ones(count))
    parts = attention[:, None] * (features - weights["mean"]) * weights["scale"]
    gradient = np.zeros((3, size))
    steps = 20_000
    for t in (np.arange(steps) + 0.5) / steps:
        active = weights["hidden_weight"] @ (t * parts.sum(0)) + weights["hidden_bias"] > 0
        gradient += (weights["weight"] * active) @ weights["hidden_weight"] / steps
    _, contributions = path_contributions(head(**weights), features, attention)
    np.testing.assert_allclose(contributions, parts @ gradient.T, atol=1e-3)
