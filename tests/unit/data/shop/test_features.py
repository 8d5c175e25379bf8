from __future__ import annotations

import inspect

import numpy as np
import pytest

from visualtaste.data.shop.features import FeaturesShop, features_shop
from visualtaste.errors import ConfigError

SIZES = {"users": 600, "items": 400, "interactions": 5000, "categories": 60, "feature_size": 48}


@pytest.fixture(scope="module")
def shop() -> FeaturesShop:
    return features_shop(**SIZES, gift_share=0.4, seed=3)


def test_sizes_are_exact(shop: FeaturesShop) -> None:
    assert shop.features.shape == (400, 48)
    assert shop.features.dtype == np.float16
    assert (len(shop.user_items), len(shop.user_items.values), len(shop.item_categories)) == (600, 5000, 400)
    assert shop.user_items.lengths.min() >= 5
    assert shop.user_items.lengths.max() <= 40
    assert all(len(np.unique(row)) == len(row) for row in shop.user_items)


def test_the_defaults_are_the_papers_sizes() -> None:
    defaults = {name: parameter.default for name, parameter in inspect.signature(features_shop).parameters.items()}
    assert (defaults["users"], defaults["items"], defaults["interactions"]) == (66_519, 28_237, 547_700)
    assert (defaults["categories"], defaults["feature_size"], defaults["gift_share"]) == (1000, 1024, 0.0)


def test_at_the_papers_scale_without_its_width() -> None:
    shop = features_shop(feature_size=8)
    lengths = shop.user_items.lengths
    assert (len(lengths), lengths.sum(), len(shop.gifts)) == (66_519, 547_700, 28_237)
    assert (lengths.min(), lengths.max()) == (5, 40)
    owner_and_item = shop.user_items.segments * 28_237 + shop.user_items.values
    assert len(np.unique(owner_and_item)) == 547_700
    assert np.bincount(shop.item_categories.values, minlength=1000).min() >= 10


def test_one_seed_one_shop(shop: FeaturesShop) -> None:
    again, other = (features_shop(**SIZES, gift_share=0.4, seed=seed) for seed in (3, 4))
    for name in ("features", "gifts"):
        np.testing.assert_array_equal(getattr(shop, name), getattr(again, name))
        assert not np.array_equal(getattr(shop, name), getattr(other, name))
    for name in ("item_categories", "user_items"):
        np.testing.assert_array_equal(getattr(shop, name).values, getattr(again, name).values)


def test_gifts_are_filed_as_gifts_alone(shop: FeaturesShop) -> None:
    assert shop.gifts.sum() == 160
    categories = list(shop.item_categories)
    assert all(categories[item].tolist() == [59] for item in np.flatnonzero(shop.gifts))
    assert all(len(row) > 1 and row.max() < 59 for row in np.array(categories, dtype=object)[~shop.gifts])
    assert all((np.diff(row) > 0).all() for row in categories)
    assert shop.gifts[shop.user_items.values].mean() == pytest.approx(0.4, abs=0.02)


def test_features_look_like_those_of_a_network(shop: FeaturesShop) -> None:
    assert shop.features.min() == 0
    assert shop.features.max() <= 6
    assert 0.3 < shop.features.mean() < 2


def test_gifts_have_a_direction_of_their_own(shop: FeaturesShop) -> None:
    features = shop.features.astype(np.float64)
    direction = features[shop.gifts].mean(axis=0) - features[~shop.gifts].mean(axis=0)
    along = features @ direction
    assert np.mean(along[shop.gifts]) - np.mean(along[~shop.gifts]) > 3 * along[shop.gifts].std()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"interactions": 2999}, "interactions = 2999: it must be 3000 to 24000"),
        ({"interactions": 24_001}, "interactions = 24001"),
        ({"categories": 39}, "categories = 39: it must be at least 40"),
        ({"items": 99}, "items = 99"),
        ({"users": 0}, "users = 0"),
        ({"gift_share": 0.9}, "gift_share = 0.9: it must be 0 to 0.8"),
    ],
)
def test_numbers_that_cannot_be_met_are_refused(change: dict[str, int], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        features_shop(**{**SIZES, **change})  # type: ignore[arg-type]
