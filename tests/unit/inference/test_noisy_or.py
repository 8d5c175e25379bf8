from __future__ import annotations

import numpy as np

from visualtaste.inference.noisy_or import noisy_or


def test_is_one_minus_the_product_of_doubts() -> None:
    probabilities = np.array([[0.5, 0.25], [0.1, 0.0], [0.6, 1.0]], dtype=np.float32)
    either = noisy_or(probabilities, np.array([0, 2, 3]))
    np.testing.assert_allclose(either, [[1 - 0.5 * 0.9, 0.25], [0.6, 1.0]], rtol=1e-6)


def test_many_small_doubts_do_not_underflow() -> None:
    tiny = np.full((40, 1), 1e-6, dtype=np.float32)
    np.testing.assert_allclose(noisy_or(tiny, np.array([0, 40])), [[40e-6]], rtol=1e-4)
