"""Shapley values (Shapley 1953): a photo's contribution is what it changes when it joins, averaged over all orders.

The value of a set of photos is the network's logits for it, that of no photo those of the baseline. Whatever the order,
the changes from none to all add up to the difference, hence so do their means. Up to `EXACT` photos all sets are asked;
beyond, random orders and their reverses, whose errors partly cancel.
"""

from __future__ import annotations

from collections.abc import Callable
from math import comb

import numpy as np
from numpy.typing import NDArray

from visualtaste.seeding import generator
from visualtaste.types import Float64, Int64, Ragged, offsets_of

EXACT = 7
ROWS = 32_768  # photos computed in all, as far as four orders do not need more

Value = Callable[[Ragged], NDArray[np.floating]]
"""Sets of positions (S, ·) to their logits (S, D)."""


def shapley(count: int, value: Value, base: Float64) -> tuple[Float64, Float64]:
    """Contributions (n, D) of `count` photos and their standard errors, given the value of none (D,)."""
    if count <= EXACT:
        contributions = _exact(count, value, base)
        return contributions, np.zeros_like(contributions)
    pairs = max(2, ROWS // (count * (count + 1)))
    random = generator(0, "shapley", count)
    totals, squares = (np.zeros((count, len(base))) for _ in range(2))
    for _ in range(pairs):
        order = random.permutation(count)
        pair = (_changes(order, value, base) + _changes(order[::-1], value, base)) / 2
        totals += pair
        squares += pair**2
    mean = totals / pairs
    variance = np.maximum(squares / pairs - mean**2, 0) * pairs / (pairs - 1)
    return mean, np.sqrt(variance / pairs)


def _exact(count: int, value: Value, base: Float64) -> Float64:
    """From the values of all sets: set s has photo i where bit i of s is set."""
    members = [[i for i in range(count) if s >> i & 1] for s in range(1, 2**count)]
    values = np.vstack([base, value(Ragged.from_rows(members))])  # (2^n, D)
    sizes = np.array([s.bit_count() for s in range(2**count)])
    contributions = np.empty((count, len(base)))
    for photo in range(count):
        without = np.flatnonzero(~np.arange(2**count) >> photo & 1)
        # the share of orders in which exactly these come before the photo
        weights = np.array([1 / (count * comb(count - 1, size)) for size in range(count)])[sizes[without]]
        contributions[photo] = weights @ (values[without | 1 << photo] - values[without])
    return contributions


def _changes(order: Int64, value: Value, base: Float64) -> Float64:
    """What each photo (n, D) changes when photos join in the given order."""
    count = len(order)
    prefixes = np.concatenate([order[:size] for size in range(1, count + 1)])
    values = value(Ragged(prefixes, offsets_of(np.arange(1, count + 1))))
    changes = np.empty((count, len(base)))
    changes[order] = np.diff(np.vstack([base, values]), axis=0)
    return changes
