"""Fixed poolings of the item classifier's probabilities, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from support.worlds import lesson
from visualtaste.baselines.pooled_item_classifier import PooledItemClassifier
from visualtaste.types import Ragged

PROBABILITIES = np.array([[0.5, 0.25, 1.0], [0.1, 0.75, 0.0], [0.6, 0.4, 0.0]], dtype=np.float32)
WORLD = lesson([[0]], [[0], [1], [2]], 3, probabilities=PROBABILITIES)
SHOWN = Ragged.from_rows([[0, 1], [2], [2, 1, 0]])


@pytest.mark.parametrize(
    ("pooling", "expected"),
    [
        ("mean", [[0.3, 0.5, 0.5], [0.6, 0.4, 0], [0.4, 1.4 / 3, 1 / 3]]),
        ("max", [[0.5, 0.75, 1], [0.6, 0.4, 0], [0.6, 0.75, 1]]),
        ("noisy_or", [[0.55, 0.8125, 1], [0.6, 0.4, 0], [0.82, 0.8875, 1]]),
    ],
)
def test_pools_by_hand(pooling, expected) -> None:
    fitted = PooledItemClassifier(pooling=pooling).fit(WORLD, 0)
    np.testing.assert_allclose(fitted.scores(SHOWN), expected, rtol=1e-6)
    assert fitted.probabilistic
    assert fitted.parameters == 0
    assert fitted.state_bytes(10) == 3 * 4 + 4


def test_votes_order_first_and_means_break_ties() -> None:
    fitted = PooledItemClassifier(pooling="votes", threshold=0.5).fit(WORLD, 0)
    np.testing.assert_allclose(fitted.scores(SHOWN)[0] * 3, [1.3, 1.5, 1.5], rtol=1e-6)  # one vote each
    np.testing.assert_allclose(fitted.scores(SHOWN)[2] * 4, [2.4, 1 + 1.4 / 3, 1 + 1 / 3], rtol=1e-6)
    strict = PooledItemClassifier(pooling="votes", threshold=0.7).fit(WORLD, 0)
    np.testing.assert_allclose(strict.scores(SHOWN)[0] * 3, [0.3, 1.5, 1.5], rtol=1e-6)
    assert not fitted.probabilistic
