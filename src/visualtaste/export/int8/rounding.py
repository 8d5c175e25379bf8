"""Weights rounded to few levels so that a layer's outputs change least, not so that its weights do.

Rounded to nearest, the weights of a depthwise kernel whose taps nearly cancel no longer cancel, and what should be
an edge becomes the brightness of the photo. Rounded in turn, each weight making up for the errors of those before it
as the inputs' covariance says, they do (Frantar et al. 2022, "GPTQ", algorithm 1, in order of the inputs' variance).
"""

from __future__ import annotations

import numpy as np

from visualtaste.types import Float64

# Of 127: the products of two neighbouring weights and activations then never exceed 16 bits, in which processors
# without VNNI add them up; the same file gives the same features on all of them.
LEVELS = 63

# of the mean variance, added to every input's: what hardly varies must not be moved far to save hardly anything
_DAMPING = 0.1


def steps(weight: Float64) -> Float64:
    """The step between two levels for each kernel: (G, O, d) -> (G, O)."""
    largest: Float64 = np.abs(weight).max(axis=2)
    return np.where(largest > 0, largest, 1.0) / LEVELS


def rounded(weight: Float64, step: Float64, covariance: Float64) -> Float64:
    """Whole numbers (G, O, d) from -63 to 63 that stand for weights (G, O, d), `step` (G, O) apart.

    `covariance` (G, d, d) is that of the inputs; what is lost in their mean is for the bias to make up.
    """
    groups, _, size = weight.shape
    variance = np.diagonal(covariance, axis1=1, axis2=2)
    order = np.argsort(-variance, axis=1, kind="stable")  # (G, d)
    group = np.arange(groups)[:, None]
    damping = np.maximum(_DAMPING * variance.mean(axis=1), 1e-12)
    inverse = _inverse(covariance, damping)[group[:, :, None], order[:, :, None], order[:, None, :]]
    left = np.take_along_axis(weight, order[:, None, :], axis=2)
    carry = np.linalg.cholesky(inverse).swapaxes(1, 2)  # upper triangular (G, d, d)
    levels = np.empty_like(weight)
    for place in range(size):
        levels[:, :, place] = np.clip(np.round(left[:, :, place] / step), -LEVELS, LEVELS)
        error = (left[:, :, place] - levels[:, :, place] * step) / carry[:, place, place][:, None]  # (G, O)
        left[:, :, place + 1 :] -= error[:, :, None] * carry[:, None, place, place + 1 :]
    result = np.empty_like(weight)
    np.put_along_axis(result, np.broadcast_to(order[:, None, :], weight.shape), levels, axis=2)
    return result


def _inverse(covariance: Float64, damping: Float64) -> Float64:
    """Of covariances (G, d, d) with `damping` (G,) added to every variance.

    Sums over many photos leave small variances with errors as large as themselves; what is negative counts as none.
    """
    values, vectors = np.linalg.eigh(covariance)
    scaled = vectors / (np.maximum(values, 0) + damping[:, None])[:, None, :]
    inverse: Float64 = scaled @ vectors.swapaxes(1, 2)
    return inverse
