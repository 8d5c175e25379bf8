"""Maximal marginal relevance."""

import numpy as np

from visualtaste.recommend.diversity import diversified

# two good items that are alike, then two that are unlike them
SCORES = np.array([10, 9, 5, 0], dtype=np.float32)
VECTORS = np.array([[1, 0], [1, 0], [0, 1], [-1, 0]], dtype=np.float32)


def test_without_diversity_the_order_is_that_of_the_scores():
    assert diversified(SCORES, VECTORS, 3, 0.0).tolist() == [0, 1, 2]


def test_half_and_half_by_hand():
    # after the first: 0.5 * 0.9 - 0.5 * 1, 0.5 * 0.5 - 0, 0 + 0.5; then 0.45 - 0.5, 0.25 - 0
    assert diversified(SCORES, VECTORS, 4, 0.5).tolist() == [0, 3, 2, 1]


def test_equal_scores_and_too_few_items():
    assert diversified(np.zeros(2, dtype=np.float32), VECTORS[:2], 5, 0.3).tolist() == [0, 1]
