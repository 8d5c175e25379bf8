"""The k-core of a purchase log: every user with enough items, every item with enough users."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from visualtaste.types import Bool, Int64


@dataclass(frozen=True, eq=False)
class Core:
    """Which interactions are in the core, and how many rounds of removing it took to find out."""

    keep: Bool  # (T,)
    rounds: int


def k_core(users: Int64, items: Int64, min_user_items: int, min_item_users: int) -> Core:
    """The largest part of a log in which every user has `min_user_items` and every item `min_item_users` rows.

    `users` (T,) and `items` (T,) are non-negative codes, each pair once. Removing a user may leave an item with
    too few users and the other way round, so both are removed in rounds until nothing changes; what remains does
    not depend on the order. Each round costs O(rows left).
    """
    left = np.arange(len(users))
    rounds = 0
    while True:
        enough = np.bincount(users[left])[users[left]] >= min_user_items if len(left) else np.ones(0, dtype=np.bool_)
        after = left[enough]
        if len(after):
            after = after[np.bincount(items[after])[items[after]] >= min_item_users]
        if len(after) == len(left):
            break
        left = after
        rounds += 1
    keep = np.zeros(len(users), dtype=np.bool_)
    keep[left] = True
    return Core(keep, rounds)
