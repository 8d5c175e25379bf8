"""Laws of every generated shop, whatever its size, gifts and seed."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from visualtaste.data.shop.naming import GIFT_CATEGORY
from visualtaste.data.shop.world import ShopSettings, draw_world

shops = st.builds(
    ShopSettings,
    users=st.integers(10, 40),
    items=st.integers(200, 500),
    categories=st.integers(40, 55),
    gift_share=st.sampled_from([0.0, 0.1, 0.3, 0.5]),
    mean_user_items=st.floats(5, 20),
)


@settings(max_examples=25, deadline=None)
@given(shop=shops, seed=st.integers(0, 2**32))
def test_every_shop_is_consistent(shop: ShopSettings, seed: int) -> None:
    world = draw_world(shop, seed)
    gifts = np.array([look.gift for look in world.looks])

    assert len(world.vocabulary) == len(set(world.vocabulary)) == shop.categories
    assert set(world.vocabulary) == {name for names in world.names for name in names}
    for look, names in zip(world.looks, world.names, strict=True):
        assert names == (GIFT_CATEGORY,) if look.gift else len(names) >= 2

    sizes = world.user_items.lengths
    assert (len(sizes), sizes.sum()) == (shop.users, round(shop.users * shop.mean_user_items))
    assert (sizes.min() >= 5, sizes.max() <= 40) == (True, True)
    for user, row in enumerate(world.user_items):
        assert len(np.unique(row)) == len(row)
        assert abs(gifts[row].sum() - shop.gift_share * len(row)) < 1
        times = world.times[world.user_items.offsets[user] : world.user_items.offsets[user + 1]]
        assert (np.diff(times) > 0).all()
