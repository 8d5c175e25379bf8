"""Noisy-or: from the probability on each photo to the probability on at least one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from visualtaste.types import Float32, Int64

_CERTAIN = 1 - 1e-7  # a photo cannot be surer: the logarithm of its doubt must stay finite


def noisy_or(probabilities: NDArray[Any], offsets: Int64) -> Float32:
    """1 - prod over a user's photos of (1 - p), (U, D), of probabilities (T, D) with user offsets (U+1,).

    The probability that at least one photo shows the category, were the photos independent (Pearl 1988). Every user
    needs a photo.
    """
    # a sum of logarithms cannot underflow as a product of forty small numbers can
    absent = np.log1p(-np.minimum(probabilities, _CERTAIN))  # (T, D)
    either: Float32 = -np.expm1(np.add.reduceat(absent, offsets[:-1], axis=0))
    return either
