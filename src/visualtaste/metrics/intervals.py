"""How sure a mean over users is: the paired bootstrap.

The users at hand are taken as the population: as many users are drawn from them with replacement, the mean is taken
again, and this is repeated. What the middle 95 % of these means span is the interval (percentile bootstrap; Efron &
Tibshirani 1993, chapter 13). It is paired: two methods are compared on the same draws of users, which takes out
what makes a user easy or hard for both. It measures the choice of users alone, not that of a training's seed.

A draw is a vector of how often each user was drawn, so the means of many draws are one matrix product.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from visualtaste.errors import DataError
from visualtaste.seeding import generator
from visualtaste.types import Float64

DRAWS = 2000
LEVEL = 0.95

# Entries of the matrix of draws that is held at once (8 MB).
_CHUNK = 1 << 20


@dataclass(frozen=True, eq=False)
class Interval:
    """A mean over users and what it may well have been with other users; every field is (m,), one entry a metric."""

    value: Float64
    low: Float64
    high: Float64


@dataclass(frozen=True, eq=False)
class Difference(Interval):
    """The mean of `a - b` over users with its interval, and how probable it is that a is above b.

    probability  (m,)  share of the draws in which a's mean is above b's, equal means counting half; so 0.5 for
                       identical methods
    """

    probability: Float64


def mean_interval(values: Float64, seed: int, draws: int = DRAWS) -> Interval:
    """95 % interval of the mean over users of each column of `values` (U, m)."""
    return mean_intervals([values], seed, draws)[0]


def difference_interval(a: Float64, b: Float64, seed: int, draws: int = DRAWS) -> Difference:
    """95 % interval of the mean of a - b over users; both (U, m), row u being the same user in both."""
    return difference_intervals([a], b, seed, draws)[0]


def mean_intervals(samples: Sequence[Float64], seed: int, draws: int = DRAWS) -> list[Interval]:
    """`mean_interval` of several matrices (U, ·), all on the same draws of users.

    Raises DataError when there is no user, when the matrices differ in users, or when a value is not finite.
    """
    return [
        Interval(sample.mean(axis=0), *_middle(means))
        for sample, means in zip(samples, resampled_means(samples, seed, draws), strict=True)
    ]


def difference_intervals(samples: Sequence[Float64], reference: Float64, seed: int, draws: int) -> list[Difference]:
    """`difference_interval` of several matrices to the same reference, all on the same draws of users.

    Each user's differences are taken first, so a method that equals the reference differs by exactly 0.
    """
    for sample in samples:
        if sample.shape != reference.shape:
            raise DataError(f"values of shape {sample.shape} cannot be compared with a reference of {reference.shape}")
    gaps = [sample - reference for sample in samples]
    return [
        Difference(gap.mean(axis=0), *_middle(means), probability=_share_above_zero(means))
        for gap, means in zip(gaps, resampled_means(gaps, seed, draws), strict=True)
    ]


def resampled_means(samples: Sequence[Float64], seed: int, draws: int = DRAWS) -> list[Float64]:
    """For each matrix (U, m), the mean over users of each column in every draw: (draws, m).

    All matrices see the same draws, which are a function of the seed and the numbers of users and draws.
    """
    users = _users(samples)
    means = [np.empty((draws, sample.shape[1])) for sample in samples]
    done = 0
    for weights in _weights(users, seed, draws):
        rows = slice(done, done + len(weights))
        for sample, mean in zip(samples, means, strict=True):
            mean[rows] = weights @ sample
        done += len(weights)
    return means


def _weights(users: int, seed: int, draws: int) -> Iterator[Float64]:
    """Chunks (c, U) of the draws: each row counts how often every user was drawn, over the number of users."""
    random = generator(seed, "bootstrap")
    step = max(1, _CHUNK // users)
    for start in range(0, draws, step):
        count = min(step, draws - start)
        drawn = random.integers(0, users, size=(count, users))
        drawn += np.arange(count)[:, None] * users
        # counting draws gives the multinomial distribution, and is faster than sampling from it
        yield np.bincount(drawn.ravel(), minlength=count * users).reshape(count, users) / users


def _middle(means: Float64) -> tuple[Float64, Float64]:
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(means, [tail, 1 - tail], axis=0)
    return low, high


def _share_above_zero(means: Float64) -> Float64:
    share: Float64 = ((means > 0) + 0.5 * (means == 0)).mean(axis=0)
    return share


def _users(samples: Sequence[Float64]) -> int:
    sizes = {len(sample) for sample in samples}
    if len(sizes) != 1 or 0 in sizes:
        raise DataError(f"a paired comparison needs the same users, at least one, in all methods, not {sorted(sizes)}")
    if not all(np.isfinite(sample).all() for sample in samples):
        raise DataError("a value to average over users is not finite")
    return sizes.pop()
