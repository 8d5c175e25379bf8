"""The k-core against a plain loop that removes one row at a time."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from visualtaste.data.kcore import k_core

PAIRS = st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=40)
MINIMUM = st.integers(0, 4)


def naive_core(pairs: set[tuple[int, int]], min_user_items: int, min_item_users: int) -> set[tuple[int, int]]:
    left = set(pairs)
    while True:
        users, items = Counter(user for user, _ in left), Counter(item for _, item in left)
        weak = [(u, i) for u, i in sorted(left) if users[u] < min_user_items or items[i] < min_item_users]
        if not weak:
            return left
        left.remove(weak[0])


@given(PAIRS, MINIMUM, MINIMUM, st.randoms(use_true_random=False))
def test_it_is_the_fixed_point_of_removing(
    pairs: set[tuple[int, int]], min_user_items: int, min_item_users: int, order: object
) -> None:
    rows = sorted(pairs)
    order.shuffle(rows)
    users = np.array([user for user, _ in rows], dtype=np.int64)
    items = np.array([item for _, item in rows], dtype=np.int64)
    core = k_core(users, items, min_user_items, min_item_users)
    kept = {row for row, keep in zip(rows, core.keep, strict=True) if keep}
    assert kept == naive_core(pairs, min_user_items, min_item_users)
    assert (core.rounds == 0) == (kept == pairs)
