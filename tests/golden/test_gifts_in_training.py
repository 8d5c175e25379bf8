"""On a shop in which a known share of all purchases are gifts, attention must learn to look past them.

A gift's photo says nothing about who bought it. Averaging lets it count as much as any other photo.
"""

import numpy as np
import pytest
import torch

from visualtaste.config import InterestsSettings
from visualtaste.data.protocols import ask
from visualtaste.data.shop.features import features_shop
from visualtaste.training.interests import InterestsData, fit_interests

USERS, CATEGORIES, GIFTS = 4000, 60, 0.4
TRAIN, VALIDATION, TEST = np.split(np.arange(USERS), [2400, 2800])


@pytest.fixture(scope="module")
def shop():
    return features_shop(
        users=USERS, items=1000, interactions=32_800, categories=CATEGORIES, feature_size=64, gift_share=GIFTS, seed=0
    )


def r_precision(scores, target):
    """Share of hits among the first R of each user's ranking, R being the user's number of relevant categories."""
    hits = np.take_along_axis(target, np.argsort(-scores, axis=1, kind="stable"), axis=1)
    return np.mean([hit[:relevant].mean() for hit, relevant in zip(hits, target.sum(axis=1), strict=True) if relevant])


@pytest.fixture(scope="module")
def found(shop):
    """R-precision of popularity and both poolings on test users, and the attention that gifts get of each user."""
    train, validation, test = (shop.user_items.take(users) for users in (TRAIN, VALIDATION, TEST))
    data = InterestsData(shop.features, shop.item_categories, train, validation)
    questions = ask("held-out", test, shop.item_categories, CATEGORIES)
    gifts = shop.gifts[questions.shown.values]
    result = {"share": gifts.mean()}
    for pooling in ("average", "attention2_gating"):
        settings = InterestsSettings(pooling=pooling, protocol="held-out", hidden=128, precision="float32")
        fitted = fit_interests(data, CATEGORIES, settings, seed=0)
        features = torch.from_numpy(shop.features[questions.shown.values]).float()
        with torch.no_grad():
            probabilities, attention = fitted.model.predict(features, torch.from_numpy(questions.shown.offsets))
        result[pooling] = r_precision(probabilities.numpy(), questions.target)
        result[f"{pooling} gifts"] = attention.numpy()[gifts].sum() / len(test)
        popularity = np.tile(fitted.category_frequency, (len(test), 1))
    return result | {"popularity": r_precision(popularity, questions.target)}


@pytest.mark.slow
def test_attention_and_gating_beat_averaging_and_both_beat_popularity_by_far(found):
    assert found["attention2_gating"] > found["average"] + 0.005
    assert found["average"] > found["popularity"] + 0.08


@pytest.mark.slow
def test_gifts_get_less_attention_than_their_share(found):
    assert found["attention2_gating gifts"] < found["share"] - 0.05
    assert found["average gifts"] > found["share"] - 0.01  # averaging cannot tell


@pytest.mark.slow
def test_numbers_stay_what_they_were(found):
    expected = {"popularity": 0.400, "average": 0.512, "attention2_gating": 0.526}
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, abs=0.006), name
