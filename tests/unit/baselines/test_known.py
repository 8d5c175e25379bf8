"""What the known categories add to a picture method, worked out step by step."""

from __future__ import annotations

import numpy as np

from support.worlds import assert_parity, checkerboard, lesson, needs_compare
from visualtaste.baselines.known import WithKnownCategories
from visualtaste.baselines.pooled_item_classifier import PooledItemClassifier
from visualtaste.types import Ragged

pytestmark = needs_compare

CATEGORIES = [[0], [1], [2], [0]]
PROBABILITIES = np.array([[0.5, 0.25, 0.0], [0.1, 0.75, 1.0], [0.6, 0.4, 0.2], [0.5, 0.25, 0.3]], dtype=np.float32)
WORLD = lesson([[0, 1], [1, 2]], CATEGORIES, 3, probabilities=PROBABILITIES)
SHOWN = Ragged.from_rows([[0, 3]])


def test_adds_logit_ease_and_history() -> None:
    inner = PooledItemClassifier(pooling="mean").fit(WORLD, 0)
    fitted = WithKnownCategories(regularisation=1.0, strength=2.0, history=3.0).on(inner, WORLD)
    # rows of test_ease.B: what the training users, who have {0, 1} and {1, 2}, and this one, who has {0}, get
    b = np.array([[0, 1 / 2, -1 / 5], [2 / 5, 0, 2 / 5], [-1 / 5, 1 / 2, 0]])
    spread = np.std([b[0] + b[1], b[1] + b[2]])
    p = np.array([0.5, 0.25, 0.15])
    expected = np.log(p / (1 - p)) + 2 * b[0] / spread + 3 * np.log([3, 1, 1])
    np.testing.assert_allclose(fitted.scores(SHOWN)[0], expected, rtol=1e-5)
    assert not fitted.probabilistic
    assert fitted.state_bytes(2) == inner.state_bytes(2) + 8 * 2


def test_scores_that_are_no_probabilities_are_standardised() -> None:
    inner = PooledItemClassifier(pooling="votes").fit(WORLD, 0)
    fitted = WithKnownCategories(strength=0, history=0).on(inner, WORLD)
    scores = fitted.scores(Ragged.from_rows([[0, 3], [1, 2]]))
    np.testing.assert_allclose(scores.mean(axis=1), 0, atol=1e-6)
    np.testing.assert_allclose(scores.std(axis=1), 1, rtol=1e-6)
    assert np.array_equal(scores.argsort(axis=1), inner.scores(Ragged.from_rows([[0, 3], [1, 2]])).argsort(axis=1))


def test_knows_the_checkerboard_where_the_pictures_say_nothing() -> None:
    world = checkerboard()
    inner = PooledItemClassifier(pooling="mean").fit(world, 0)
    shown = Ragged.from_rows([[0, 4], [1, 5]])
    assert_parity(WithKnownCategories(regularisation=10.0).on(inner, world).scores(shown))
