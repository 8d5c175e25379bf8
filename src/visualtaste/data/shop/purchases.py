"""Who buys what and when: users with a few tastes each, some of whose purchases are gifts for others.

Shapes: U users, N items, L tastes, P purchases of all users together.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

import numpy as np

from visualtaste.types import Bool, Float64, Int64, Ragged, offsets_of

FEWEST, MOST = 5, 40  # items of one user, as in the paper
TASTES_A_USER = 2
LOYALTY = 0.9  # share of a user's own purchases that follow the user's tastes; the others follow popularity
FIRST_DAY = 1_577_836_800  # 2020-01-01, in seconds
_DAY = 86_400
_PATIENCE = 12  # times that a purchase already made is drawn again before anything in the shop will do


@dataclass(frozen=True, eq=False)
class Demand:
    """What makes people buy."""

    tastes: Float64  # (L, N), how strongly each taste wants each item
    popularity: Float64  # (N,), how well an item sells to everybody
    gifts: Bool  # (N,), wrapped items: wanted by no taste, given by all


def draw_sizes(users: int, purchases: int, rng: np.random.Generator) -> Int64:
    """Numbers of items (U,) from FEWEST to MOST, small ones the most frequent, `purchases` in all.

    `purchases` is at least FEWEST and at most MOST times `users`.
    """
    mean = purchases / users
    sizes = np.minimum(FEWEST - 1 + rng.geometric(1 / (mean - FEWEST + 1), size=users), MOST).astype(np.int64)
    while missing := purchases - int(sizes.sum()):
        step = 1 if missing > 0 else -1
        free = np.flatnonzero(sizes < MOST if step > 0 else sizes > FEWEST)
        sizes[rng.permutation(free)[: abs(missing)]] += step
    return sizes


def draw_purchases(sizes: Int64, demand: Demand, gift_share: float, rng: np.random.Generator) -> Ragged:
    """Each user's items, earliest first: rows of the catalogue, ragged (U, ·). Nobody buys an item twice.

    Every user gives away `gift_share` of the purchases (rounded up or down at random), at any time. Gifts are drawn
    uniformly from the wrapped items, so they say nothing about who bought them.
    """
    user = np.repeat(np.arange(len(sizes)), sizes)  # (P,)
    gift = _given_away(sizes, gift_share, rng)
    tastes = rng.integers(len(demand.tastes), size=(len(sizes), TASTES_A_USER))
    pull = np.cumsum(rng.dirichlet([0.7] * TASTES_A_USER, size=len(sizes)), axis=1)
    shelves = _Shelves(demand)
    item = np.empty(len(user), dtype=np.int64)
    pending = np.arange(len(user))
    for attempt in count():
        gifts, own = pending[gift[pending]], pending[~gift[pending]]
        item[gifts] = shelves.wrapped(len(gifts), rng)
        choice = (rng.random((len(own), 1)) > pull[user[own], :-1]).sum(axis=1)
        shelf = tastes[user[own], choice]
        shelf[rng.random(len(own)) >= LOYALTY] = shelves.popular
        if attempt >= _PATIENCE:
            shelf[:] = shelves.anything
        item[own] = shelves.take(shelf, rng)
        pending = _bought_before(user, item)
        if len(pending) == 0:
            return Ragged(item, offsets_of(sizes))
    raise AssertionError("unreachable: count() has no end")


def draw_times(sizes: Int64, rng: np.random.Generator) -> Int64:
    """Seconds since 1970 of every purchase (P,), rising for each user; users come over two years and buy for months."""
    user = np.repeat(np.arange(len(sizes)), sizes)
    start = offsets_of(sizes)[:-1]
    pause = rng.exponential(12 * _DAY, size=len(user)).astype(np.int64) + 60
    pause[start] = rng.integers(2 * 365 * _DAY, size=len(sizes))
    elapsed = np.cumsum(pause)
    return FIRST_DAY + elapsed - (elapsed[start] - pause[start])[user]


class _Shelves:
    """Draws items from any of many distributions over the unwrapped items at once.

    The cumulative distributions stand one upon the other, shelf l reaching from l to l + 1, so that one search
    answers for purchases from all of them.
    """

    def __init__(self, demand: Demand) -> None:
        self._wrapped, self._own = np.flatnonzero(demand.gifts), np.flatnonzero(~demand.gifts)
        self.popular, self.anything = len(demand.tastes), len(demand.tastes) + 1
        rows = [demand.tastes, demand.popularity[None], np.ones((1, len(demand.gifts)))]
        heights = np.cumsum(np.concatenate(rows)[:, self._own], axis=1)
        self._ladder = (heights / heights[:, -1:] + np.arange(len(heights))[:, None]).ravel()

    def take(self, shelf: Int64, rng: np.random.Generator) -> Int64:
        """One item from each of the given shelves (n,)."""
        place = np.searchsorted(self._ladder, shelf + rng.random(len(shelf)), side="right")
        taken: Int64 = self._own[np.clip(place - shelf * len(self._own), 0, len(self._own) - 1)]
        return taken

    def wrapped(self, number: int, rng: np.random.Generator) -> Int64:
        """So many wrapped items (n,)."""
        return self._wrapped[rng.integers(len(self._wrapped), size=number)] if number else np.empty(0, dtype=np.int64)


def _given_away(sizes: Int64, share: float, rng: np.random.Generator) -> Bool:
    """Which purchases are gifts (P,): the right number of each user's, in random places."""
    user = np.repeat(np.arange(len(sizes)), sizes)
    order = np.lexsort((rng.random(len(user)), user))
    rank = np.empty(len(user), dtype=np.int64)
    rank[order] = np.arange(len(user)) - offsets_of(sizes)[user]
    gifts: Bool = rank < np.floor(share * sizes + rng.random(len(sizes)))[user]
    return gifts


def _bought_before(user: Int64, item: Int64) -> Int64:
    """Purchases that repeat an earlier one of the same user."""
    _, first = np.unique(user * (item.max() + 1) + item, return_index=True)
    repeated = np.ones(len(user), dtype=np.bool_)
    repeated[first] = False
    return np.flatnonzero(repeated)
