from __future__ import annotations

import numpy as np
import pytest

from visualtaste.data.shop.purchases import FIRST_DAY, Demand, draw_purchases, draw_sizes, draw_times
from visualtaste.types import Int64, Ragged


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def two_tastes(items: int = 200) -> Demand:
    """Half of the items are wanted by one taste alone, half by the other; every fifth is wrapped."""
    of_first = np.arange(items) < items // 2
    return Demand(np.array([of_first, ~of_first], dtype=float), np.ones(items), np.arange(items) % 5 == 0)


def bought(sizes: Int64, gift_share: float = 0.2, seed: int = 0) -> tuple[Ragged, Demand]:
    demand = two_tastes()
    return draw_purchases(sizes, demand, gift_share, rng(seed)), demand


@pytest.mark.parametrize("mean", [5, 5.2, 9, 20, 39, 40])
def test_sizes_add_up_and_keep_their_bounds(mean: float) -> None:
    sizes = draw_sizes(500, round(500 * mean), rng())
    assert sizes.sum() == round(500 * mean)
    assert sizes.min() >= 5
    assert sizes.max() <= 40


def test_small_sizes_are_the_most_frequent() -> None:
    counts = np.bincount(draw_sizes(5000, 45_000, rng()))
    assert counts.argmax() == 5
    assert counts[30:].sum() > 0


def test_nobody_buys_an_item_twice_even_when_a_taste_is_bought_up() -> None:
    purchases, _ = bought(np.full(300, 40))
    assert all(len(np.unique(row)) == 40 for row in purchases)


def test_every_user_gives_the_share_away_give_or_take_one() -> None:
    sizes = np.tile([5, 13, 40], 200)
    purchases, demand = bought(sizes, gift_share=0.3)
    given = np.array([demand.gifts[row].sum() for row in purchases])
    assert (np.abs(given - 0.3 * sizes) < 1).all()
    assert given.sum() / sizes.sum() == pytest.approx(0.3, abs=0.01)


def test_gifts_come_at_any_time() -> None:
    purchases, demand = bought(np.full(2000, 10), gift_share=0.3)
    by_position = demand.gifts[purchases.values].reshape(2000, 10).mean(axis=0)
    np.testing.assert_allclose(by_position, 0.3, atol=0.04)


def test_gifts_say_nothing_about_the_user_but_other_purchases_do() -> None:
    purchases, demand = bought(np.full(1000, 20), gift_share=0.4)
    of_first = purchases.values.reshape(1000, 20) < 100
    gift = demand.gifts[purchases.values].reshape(1000, 20)
    taste = np.where(gift, 0, of_first).sum(axis=1)
    given = np.where(gift, of_first, 0).sum(axis=1)
    assert abs(np.corrcoef(taste, given)[0, 1]) < 0.08
    # users of one taste buy from one half, those of both from both: far from the spread of tossed coins
    assert taste.std() > 2 * np.sqrt(12 * 0.25)


def test_without_gifts_nothing_wrapped_is_bought() -> None:
    purchases, demand = bought(np.full(50, 9), gift_share=0.0)
    assert not demand.gifts[purchases.values].any()


def test_popular_items_sell_more() -> None:
    popularity = np.where(np.arange(100) < 10, 5.0, 1.0)
    demand = Demand(popularity[None], popularity, np.zeros(100, dtype=np.bool_))
    purchases = draw_purchases(np.full(500, 5), demand, 0.0, rng())
    assert (purchases.values < 10).mean() == pytest.approx(50 / 140, abs=0.04)


def test_times_rise_and_lie_in_the_shops_years() -> None:
    sizes = np.tile([5, 9, 40], 20)
    times = Ragged(draw_times(sizes, rng()), np.concatenate([[0], np.cumsum(sizes)]))
    assert all((np.diff(row) > 0).all() for row in times)
    starts = [row[0] - FIRST_DAY for row in times]
    assert all(0 < start <= 2 * 365 * 86_400 for start in starts)
