from __future__ import annotations

import numpy as np

from visualtaste.data.kcore import k_core


def test_a_chain_falls_from_its_end() -> None:
    # users 0-1-2 share items in a chain; user 2 has one item, whose removal weakens item 1, and so on
    users = np.array([0, 0, 1, 1, 2])
    items = np.array([0, 1, 1, 2, 2])
    core = k_core(users, items, min_user_items=2, min_item_users=2)
    assert not core.keep.any()
    assert core.rounds == 2


def test_a_square_stands() -> None:
    users, items = np.array([0, 0, 1, 1, 2]), np.array([0, 1, 0, 1, 1])
    core = k_core(users, items, min_user_items=2, min_item_users=2)
    assert core.keep.tolist() == [True, True, True, True, False]
    assert core.rounds == 1


def test_no_rows() -> None:
    none = np.empty(0, dtype=np.int64)
    assert k_core(none, none, 5, 5).keep.shape == (0,)
