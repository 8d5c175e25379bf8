"""The k-core in the way that its definition reads: one user or item is taken off after the other."""

from __future__ import annotations

from collections import deque

import numpy as np

from benchmarks.amazon_world import SEED, power_law
from visualtaste.seeding import generator
from visualtaste.types import Bool, Int64


def log_2023(interactions: int) -> tuple[Int64, Int64]:
    """Users and items (T,) of distinct pairs with the power laws of the generated files of 2023."""
    random = generator(SEED, "core")
    users = power_law(random, interactions, int(interactions / 2.9), exponent=0.75, offset=3)
    items = power_law(random, interactions, interactions // 18, exponent=0.8, offset=10)
    pairs = np.unique(users * 2**32 + items)
    return pairs >> 32, pairs & (2**32 - 1)


def peel(users: Int64, items: Int64, at_least: int) -> Bool:
    """Which interactions (T,) are left when nobody and nothing has fewer than `at_least` of them."""
    nodes = np.concatenate([users, items + users.max() + 1])  # users and items are nodes, interactions edges
    edges = np.argsort(nodes, kind="stable") % len(users)
    degrees = np.bincount(nodes)
    starts = np.concatenate([[0], np.cumsum(degrees)]).tolist()
    left, ends = degrees.tolist(), nodes.reshape(2, -1)
    keep = [True] * len(users)
    waiting = deque(node for node, degree in enumerate(left) if degree < at_least)
    while waiting:
        node = waiting.popleft()
        for edge in edges[starts[node] : starts[node + 1]].tolist():
            if not keep[edge]:
                continue
            keep[edge] = False
            one, other = int(ends[0, edge]), int(ends[1, edge])
            neighbour = other if one == node else one
            left[neighbour] -= 1
            if left[neighbour] == at_least - 1:
                waiting.append(neighbour)
    return np.array(keep)
