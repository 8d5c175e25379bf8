"""Methods against each other on a shop whose makings are known, so that who must win is known as well.

Photos are features that show an item's categories with noise. Two of five purchases are gifts, whose photos say
nothing about the buyer, whose only category is their own. What a user has says more than photos can: later purchases
are of the same theme.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest

from support.worlds import needs_compare
from visualtaste.baselines.known import WithKnownCategories
from visualtaste.baselines.method import Catalogue, Learned, Lesson
from visualtaste.comparison.entries import choose, entries
from visualtaste.comparison.job import Job, published_f1, run_job
from visualtaste.config import InterestsSettings, Protocol
from visualtaste.data.protocols import ask
from visualtaste.data.shop.features import FeaturesShop, features_shop
from visualtaste.data.splits import owned_categories
from visualtaste.evaluation.exam import AskedUsers
from visualtaste.types import Int64, Ragged

USERS, CATEGORIES, GIFTS = 4000, 60, 0.4
TRAIN, VALIDATION, TEST = np.split(np.arange(USERS), [2400, 2800])
PICTURES = ("average", "attention2_gating", "item_noisy_or")
PROTOCOLS = ("observed", "held-out")
OTHERS = ("popularity", "history", "ease_categories", "knn_categories", "als_categories")

pytestmark = [pytest.mark.slow, needs_compare]


@dataclass(frozen=True, eq=False)
class ShopFold:
    """The shop in the place of a prepared fold; all of its photos are usable."""

    catalogue: Catalogue
    sets: Ragged  # items of all users
    test_users = TEST

    def lesson(self, learned: Learned) -> Lesson:
        return Lesson(self.catalogue, self.sets.take(TRAIN), self.sets.take(VALIDATION), learned)

    def ask(self, protocol: Protocol, users: Int64) -> AskedUsers:
        items = self.sets.take(users)
        questions = ask(protocol, items, self.catalogue.categories, CATEGORIES)
        return AskedUsers(users, items, questions, Counter())


def item_probabilities(shop: FeaturesShop) -> np.ndarray:
    """What a ridge regression from features to categories, fitted on the items that training users have, makes of all
    items (N, D). A linear model of probabilities, cut to what probabilities can be.
    """
    owned = owned_categories(Ragged.from_rows(np.arange(len(shop.features))[:, None]), shop.item_categories, CATEGORIES)
    seen = np.unique(shop.user_items.take(TRAIN).values)
    mean = shop.features[seen].mean(axis=0, dtype=np.float64)
    features = shop.features - mean
    gram = features[seen].T @ features[seen] + 10 * np.eye(features.shape[1])
    share = owned[seen].mean(axis=0)
    weights = np.linalg.solve(gram, features[seen].T @ (owned[seen] - share))
    return np.clip(features @ weights + share, 0.001, 0.999).astype(np.float32)


@pytest.fixture(scope="module")
def fold():
    shop = features_shop(
        users=USERS, items=1000, interactions=32_800, categories=CATEGORIES, feature_size=64, gift_share=GIFTS, seed=0
    )
    catalogue = Catalogue(shop.features, shop.item_categories, CATEGORIES, item_probabilities(shop))
    return ShopFold(catalogue, shop.user_items)


@pytest.fixture(scope="module")
def found(fold):
    """F1@15 averaged over the test users, by protocol and method."""
    settings = InterestsSettings(hidden=128, precision="float32")
    f1 = {}
    for protocol in PROTOCOLS:
        for entry in choose(entries(settings), PICTURES + OTHERS):
            companions = ((protocol, WithKnownCategories()),) if entry.name == "average" else ()
            result = run_job(Job(entry.name, entry.method, 0, 0, "test", (protocol,), companions), fold)
            names = [entry.name] + [f"{entry.name}_known" for _ in companions]
            for name, outcome in zip(names, result.outcomes, strict=True):
                f1[protocol, name] = published_f1(outcome.scores).mean()
    return f1


def test_every_method_that_sees_something_beats_popularity_by_far(found):
    for protocol in PROTOCOLS:
        for name in (*PICTURES, "average_known", "history", "ease_categories", "knn_categories", "als_categories"):
            assert found[protocol, name] > found[protocol, "popularity"] + 0.05, (protocol, name)


def test_knowing_the_categories_helps_to_tell_what_comes(found):
    """A photo shows its item's categories with noise; EASE and the user's own history are given them."""
    assert found["held-out", "average_known"] > found["held-out", "average"] + 0.02
    assert found["held-out", "ease_categories"] > found["held-out", "average"] + 0.02


def test_attention_and_gating_look_past_gifts_and_averaging_cannot(found):
    for protocol in PROTOCOLS:
        assert found[protocol, "attention2_gating"] > found[protocol, "average"] + 0.005


def test_to_recognise_what_is_shown_photos_are_best_judged_one_by_one(found):
    assert found["observed", "item_noisy_or"] > found["observed", "attention2_gating"] + 0.01
    assert found["held-out", "item_noisy_or"] < found["held-out", "average"] - 0.01, "a gift speaks for itself as well"


def test_who_is_given_the_answer_of_the_observed_protocol_is_ahead_only_there(found):
    assert found["observed", "history"] > max(found["observed", name] for name in PICTURES) + 0.05
    assert found["held-out", "history"] < found["held-out", "average"]


EXPECTED = {
    "observed": {
        "popularity": 0.426,
        "history": 0.794,
        "ease_categories": 0.644,
        "knn_categories": 0.638,
        "als_categories": 0.783,
        "item_noisy_or": 0.721,
        "average": 0.655,
        "average_known": 0.729,
        "attention2_gating": 0.686,
    },
    "held-out": {
        "popularity": 0.353,
        "history": 0.451,
        "ease_categories": 0.502,
        "knn_categories": 0.474,
        "als_categories": 0.451,
        "item_noisy_or": 0.434,
        "average": 0.465,
        "average_known": 0.508,
        "attention2_gating": 0.481,
    },
}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_numbers_stay_what_they_were(found, protocol):
    for name, value in EXPECTED[protocol].items():
        assert found[protocol, name] == pytest.approx(value, abs=0.01), name
