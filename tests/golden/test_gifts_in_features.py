"""In the generated shop gifts say nothing: averaging without them predicts better than averaging them as well.

The predictor is a plain ridge regression from the pooled vector to the target, so nothing here depends on a model
of ours. Categories owned by more than half of the training users are left out, as everywhere.
"""

from __future__ import annotations

import numpy as np
import pytest

from visualtaste.config import Protocol
from visualtaste.data.protocols import ask
from visualtaste.data.shop.features import FeaturesShop, features_shop
from visualtaste.types import Bool, Float64, Ragged

TRAINING = 1400  # of 2000 users


@pytest.fixture(scope="module")
def shop() -> FeaturesShop:
    return features_shop(2000, 2000, 18_000, categories=60, feature_size=64, gift_share=0.4, seed=0)


def averaged(shown: Ragged, features: Float64, counts: Bool) -> Float64:
    """The mean over the shown items that count (U, K)."""
    weight = counts[shown.values].astype(float)
    total = np.zeros((len(shown), features.shape[1]))
    np.add.at(total, shown.segments, features[shown.values] * weight[:, None])
    return total / np.maximum(np.bincount(shown.segments, weight), 1)[:, None]


def ridge(pooled: Float64, target: Bool, strength: float = 100.0) -> Float64:
    mean, spread = pooled[:TRAINING].mean(axis=0), pooled[:TRAINING].std(axis=0)
    inputs = np.hstack([(pooled - mean) / spread, np.ones((len(pooled), 1))])
    known = inputs[:TRAINING]
    normal = known.T @ known + strength * np.eye(known.shape[1])
    return inputs[TRAINING:] @ np.linalg.solve(normal, known.T @ target[:TRAINING])


def r_precision(scores: Float64, target: Bool) -> float:
    order = np.argsort(-scores, axis=1, kind="stable")
    hits = [row[best[: row.sum()]].mean() for row, best in zip(target, order, strict=True) if row.any()]
    return float(np.mean(hits))


@pytest.mark.parametrize(
    ("protocol", "popularity", "all_items", "without_gifts"),
    [("held-out", 0.319, 0.446, 0.488), ("observed", 0.450, 0.735, 0.854)],
)
def test_ignoring_gifts_is_right_in_both_protocols(
    shop: FeaturesShop, protocol: Protocol, popularity: float, all_items: float, without_gifts: float
) -> None:
    questions = ask(protocol, shop.user_items, shop.item_categories, 60)
    target = questions.target[:, questions.target[:TRAINING].mean(axis=0) <= 0.5]
    features = shop.features.astype(np.float64)
    asked = target[TRAINING:]
    measured = (
        r_precision(np.tile(target[:TRAINING].mean(axis=0), (len(asked), 1)), asked),
        r_precision(ridge(averaged(questions.shown, features, np.ones_like(shop.gifts)), target), asked),
        r_precision(ridge(averaged(questions.shown, features, ~shop.gifts), target), asked),
    )
    assert measured == pytest.approx((popularity, all_items, without_gifts), abs=0.01)
    assert measured[2] > measured[1] + 0.02 > measured[0] + 0.04
