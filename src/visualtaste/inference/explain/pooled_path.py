"""Integrated gradients (Sundararajan et al., ICML 2017) from the average photo to the pooled vector, in closed form.

With standardised photos x_m, the average photo is 0. Attention a and gates g are taken as they are; then the vector
that the head reads, z = Σ_m g · a_m x_m, is a sum of one part for each photo, and the way from 0 to z is a line. On
it, a hidden unit with input b + t s (s = w · z, t from 0 to 1) is active for a share φ of the way, so that the integral
of the gradient is Σ_h φ_h v_h w_h, and the contribution of photo m to a logit

    c_m = Σ_h v_h φ_h (w_h · g a_m x_m)

Since φ s = relu(b + s) - relu(b), the contributions and the base, the logit at 0, add up to the logit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from visualtaste.inference.explain.head import Head
from visualtaste.types import Float32, Float64


def path_contributions(head: Head, features: Float32, attention: NDArray[np.floating]) -> tuple[Float64, Float64]:
    """Base (D,) and contributions (n, D) of photos with `features` (n, K) and shares `attention` (n,)."""
    parts = attention[:, None] * ((features - head.mean) * head.scale)  # (n, K)
    parts = parts * head.gates(parts.sum(0, dtype=np.float64))
    arriving = (parts.astype(np.float32) @ head.hidden_weight.T).astype(np.float64)  # (n, H)
    bias = head.hidden_bias.astype(np.float64)
    shares = active_shares(arriving.sum(0), bias)  # (H,)
    contributions = (arriving * shares) @ head.weight.T.astype(np.float64)
    base = head.weight @ np.maximum(bias, 0) + head.bias
    return base, contributions


def active_shares(slopes: Float64, biases: Float64) -> Float64:
    """The share of t in [0, 1] at which bias + t slope is above 0, for each hidden unit (H,)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = np.clip(-biases / slopes, 0, 1)
    shares: Float64 = np.where(slopes > 0, 1 - crossing, crossing)
    return np.where(slopes == 0, (biases > 0).astype(np.float64), shares)
