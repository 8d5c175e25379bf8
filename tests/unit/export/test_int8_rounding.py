import numpy as np

from visualtaste.export.int8.rounding import LEVELS, rounded, steps


def test_uncorrelated_inputs_are_rounded_to_nearest():
    weight = np.random.default_rng(0).normal(size=(2, 3, 9))
    step = steps(weight)
    levels = rounded(weight, step, np.broadcast_to(np.eye(9), (2, 9, 9)))
    np.testing.assert_array_equal(levels, np.round(weight / step[:, :, None]))
    assert np.abs(levels).max() == LEVELS


def test_a_kernel_whose_taps_cancel_still_cancels():
    """Neighbouring pixels are nearly equal: what counts is the sum of the taps, and nearest rounding loses it."""
    random = np.random.default_rng(1)
    weight = random.normal(size=(20, 1, 9))
    weight -= weight.mean(axis=2, keepdims=True)
    pixels = random.normal(size=(20, 500, 1)) + 0.05 * random.normal(size=(20, 500, 9))
    covariance = pixels.transpose(0, 2, 1) @ pixels / 500
    step = steps(weight)[:, :, None]
    nearest = np.round(weight / step) * step
    ours = rounded(weight, step[:, :, 0], covariance) * step

    def lost(kernel):
        return np.square(pixels @ (kernel - weight).transpose(0, 2, 1)).mean()

    assert lost(ours) < lost(nearest) / 4


def test_a_dead_kernel_is_zero():
    zeros = np.zeros((1, 1, 4))
    assert not rounded(zeros, steps(zeros), np.eye(4)[None]).any()
