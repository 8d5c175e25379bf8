from __future__ import annotations

import numpy as np

from visualtaste.inference.profile.photo import to_float32


def test_every_finite_float16_becomes_the_very_same_float32() -> None:
    numbers = np.arange(2**16, dtype=np.uint16).view(np.float16)
    numbers = numbers[np.isfinite(numbers)]
    np.testing.assert_array_equal(to_float32(numbers).view(np.int32), numbers.astype(np.float32).view(np.int32))
