"""What every explanation promises, checked on all poolings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from visualtaste.config import POOLING_TITLES
from visualtaste.errors import DataError, EmptySetError
from visualtaste.inference.explain import shapley
from visualtaste.inference.explain.attribution import Method
from visualtaste.inference.explain.head import PATH_POOLINGS
from visualtaste.inference.taste_model import TasteModel
from visualtaste.types import Ragged

FEATURES = np.random.default_rng(3).normal(size=(10, 12)).astype(np.float32)


@pytest.fixture(scope="module", params=POOLING_TITLES)
def model(request: pytest.FixtureRequest, pooled_model_folder: Callable[[str], Path]) -> TasteModel:
    return TasteModel.load(pooled_model_folder(request.param))


@pytest.fixture(autouse=True)
def few_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is promised holds for any number of sampled orders."""
    monkeypatch.setattr(shapley, "ROWS", 1000)


def assert_predicted(model: TasteModel, logits: np.ndarray, features: np.ndarray) -> None:
    probabilities = model.predict(Ragged(features, np.array([0, len(features)]))).probabilities[0]
    np.testing.assert_allclose(1 / (1 + np.exp(-logits)), probabilities, atol=1e-5)


@pytest.mark.parametrize("count", [1, 2, 5, 10])
def test_base_and_contributions_add_up_to_the_logit(model: TasteModel, count: int) -> None:
    features = FEATURES[:count]
    found = model.attribute(features)
    assert found.contributions.shape == found.uncertainty.shape == (count, 5)
    np.testing.assert_allclose(found.base + found.contributions.sum(0), found.logits, atol=1e-4)
    assert_predicted(model, found.logits, features)


def test_the_base_is_what_the_model_says_of_the_average_photo(model: TasteModel) -> None:
    average = model.weights.tensor("feature_mean", 12)[None]
    found = model.attribute(FEATURES[:3])
    assert_predicted(model, found.base, average)
    alone = model.attribute(np.repeat(average, 4, axis=0))
    np.testing.assert_allclose(alone.contributions, 0, atol=1e-4)


@pytest.mark.parametrize("count", [4, 10])
def test_the_order_of_photos_does_not_matter(model: TasteModel, count: int) -> None:
    order = np.random.default_rng(1).permutation(count)
    straight, shuffled = model.attribute(FEATURES[:count]), model.attribute(FEATURES[:count][order])
    np.testing.assert_allclose(shuffled.contributions, straight.contributions[order], atol=1e-4)


@pytest.mark.parametrize("count", [4, 10])
def test_equal_photos_contribute_equally(model: TasteModel, count: int) -> None:
    features = FEATURES[:count].copy()
    features[2] = features[1]
    found = model.attribute(features)
    np.testing.assert_allclose(found.contributions[1], found.contributions[2], atol=1e-5)


def test_the_method_is_named_and_says_how_sure_it_is(model: TasteModel) -> None:
    few, many = model.attribute(FEATURES[:3]), model.attribute(FEATURES)
    if model.manifest.pooling in PATH_POOLINGS:
        assert few.method == many.method == Method.PATH
        assert not many.uncertainty.any()
    else:
        assert (few.method, many.method) == (Method.SHAPLEY, Method.SAMPLED_SHAPLEY)
        assert not few.uncertainty.any()
        assert 0 < many.uncertainty.max() < 0.5 * np.abs(many.contributions).max()


def test_an_answer_explains_itself(model: TasteModel) -> None:
    profile = model.profile()
    for number, features in enumerate(FEATURES[:4]):
        profile.add(features, str(number))
    found = profile.interests()
    profile.remove("0")  # what was answered before is explained by what was there
    explanation = found.explain("colour: red")
    probability = next(interest.probability for interest in found if interest.category == "colour: red")
    logit = explanation.base + sum(explanation.contributions)
    assert 1 / (1 + np.exp(-logit)) == pytest.approx(probability, abs=1e-5)
    assert len(explanation.contributions) == len(found.photos) == 4
    with pytest.raises(DataError, match="no category 'colour: rde': did you mean 'colour: red'"):
        found.explain("colour: rde")


def test_what_cannot_be_predicted_cannot_be_explained(model: TasteModel) -> None:
    with pytest.raises(EmptySetError):
        model.attribute(FEATURES[:0])
    with pytest.raises(DataError, match=r"features must be \(photos, 12\)"):
        model.attribute(FEATURES[:, :5])
