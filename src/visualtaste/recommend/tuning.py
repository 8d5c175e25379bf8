"""How much each part of the score counts: weights under which validation users' purchases are likely.

The score makes a distribution over the catalogue, p(item) = exp(score) / sum over all items (the conditional logit
of McFadden 1974). The weights maximise the mean of ln p over the items that validation users bought later, less
a term that holds them near their defaults, where these users say little. The likelihood uses every purchase, not
only those few that reach a top 20; it is concave, so there is one maximum, and Newton's method finds it in some steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from visualtaste.types import Bool, Float32, Float64, Int64

_STEPS = 50
_PRIOR = 2.0  # the defaults weigh as much as so many purchases


@dataclass(frozen=True, eq=False)
class Choice:
    """What one validation user could have bought, and did.

    parts    (n, m)  of each item in question; seen items are not among them
    share    (n,)    how many items of the catalogue each one stands for, where they are a sample
    bought   (b,)    positions of those bought
    """

    parts: Float32
    share: Float64
    bought: Int64


def tune(choices: Sequence[Choice], start: Float64, free: Bool) -> Float64:
    """The weights (m,), none below 0; those that are not `free` (m,) stay as they start.

    Projected Newton (Bertsekas 1982): weights at 0 that want to fall are held, the others take a Newton step, shortened
    until it is an improvement.
    """
    scale = np.maximum(start, 1.0)
    weights = start.copy()
    value, slope, curvature = _objective(choices, weights, start, scale)
    for _ in range(_STEPS):
        moving = free & ((weights > 0) | (slope > 0))
        if not moving.any() or np.abs(slope[moving] * scale[moving]).max() < 1e-6:
            break
        step = np.zeros_like(weights)
        step[moving] = np.linalg.solve(curvature[np.ix_(moving, moving)], slope[moving])
        for halvings in range(30):
            tried = np.maximum(weights + step / 2**halvings, 0)
            outcome = _objective(choices, tried, start, scale)
            if outcome[0] > value:
                break
        else:
            break  # as good as numbers can be
        weights, (value, slope, curvature) = tried, outcome
    return weights


def surprise(choices: Sequence[Choice], weights: Float64) -> float:
    """The mean of -ln p over all purchases."""
    total = sum(_user(choice, weights)[0] for choice in choices)
    return float(-total / max(1, sum(len(choice.bought) for choice in choices)))


def _objective(
    choices: Sequence[Choice], weights: Float64, start: Float64, scale: Float64
) -> tuple[float, Float64, Float64]:
    """Mean ln p less the prior, its gradient (m,) and its negated Hessian (m, m)."""
    away = (weights - start) / scale
    value = -0.5 * _PRIOR * float(away @ away)
    slope = -_PRIOR * away / scale
    curvature = np.diag(_PRIOR / scale**2)
    for choice in choices:
        likelihood, gradient, spread = _user(choice, weights)
        value += likelihood
        slope = slope + gradient
        curvature = curvature + spread
    purchases = max(1, sum(len(choice.bought) for choice in choices))
    return value / purchases, slope / purchases, curvature / purchases


def _user(choice: Choice, weights: Float64) -> tuple[float, Float64, Float64]:
    """Sum of ln p over one user's purchases, its gradient and its negated Hessian."""
    parts = choice.parts.astype(np.float64)
    scores = parts @ weights
    top = scores.max()
    masses = choice.share * np.exp(scores - top)
    total = masses.sum()
    likely = masses / total
    mean = likely @ parts
    count = len(choice.bought)
    value = float((scores[choice.bought] - top - np.log(total)).sum())
    slope = parts[choice.bought].sum(axis=0) - count * mean
    spread = count * ((parts * likely[:, None]).T @ parts - np.outer(mean, mean))
    return value, slope, spread
