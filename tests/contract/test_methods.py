"""What every compared method promises, checked on all poolings and baselines in one small generated world."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from support.worlds import needs_compare
from visualtaste.baselines.entry import Entry
from visualtaste.baselines.factorization_machine import FactorizationMachine
from visualtaste.baselines.known import KNOWN_SPACE, WithKnownCategories
from visualtaste.baselines.method import Catalogue, Fitted, Lesson
from visualtaste.baselines.space import OneOf
from visualtaste.comparison.entries import entries
from visualtaste.config import InterestsSettings
from visualtaste.data.shop.features import features_shop
from visualtaste.data.splits import owned_categories
from visualtaste.errors import EmptySetError, TrainingError
from visualtaste.types import Ragged

pytestmark = needs_compare

METHODS = entries(InterestsSettings(hidden=8, reduced=8, clusters=4, epochs=2, precision="float32"))
WITH_KNOWN = tuple(entry for entry in METHODS if entry.sees == {"pictures"})
LEARNING = tuple(entry for entry in METHODS if entry.family != "item-classifier")  # which pools what stage 1 learned
WIDTH = 40


def generated(protocol: str = "held-out") -> tuple[Lesson, Ragged]:
    """A lesson of 40 training users, and the sets of 20 others."""
    shop = features_shop(users=70, items=150, interactions=500, categories=WIDTH, feature_size=12)
    owned = owned_categories(Ragged.from_rows([[item] for item in range(150)]), shop.item_categories, WIDTH)
    noise = np.random.default_rng(0).random((150, WIDTH))
    probabilities = (0.6 * owned + 0.4 * noise).astype(np.float32)
    catalogue = Catalogue(shop.features, shop.item_categories, WIDTH, probabilities)
    train, validation, shown = (shop.user_items.take(np.arange(*rows)) for rows in ((0, 40), (40, 50), (50, 70)))
    return Lesson(catalogue, train, validation, protocol), shown


LESSON, SHOWN = generated()


@pytest.fixture(scope="module", params=METHODS, ids=lambda entry: entry.name)
def entry(request: pytest.FixtureRequest) -> Entry:
    return request.param


@pytest.fixture(scope="module")
def learned(entry: Entry) -> Fitted:
    return entry.method.fit(LESSON, seed=1)


@pytest.fixture(
    scope="module",
    params=[(entry, False) for entry in METHODS] + [(entry, True) for entry in WITH_KNOWN],
    ids=lambda param: param[0].name + "_and_known" * param[1],
)
def fitted(request: pytest.FixtureRequest) -> Fitted:
    """Every method; those that see pictures alone once more with the known categories."""
    entry, known = request.param
    inner = entry.method.fit(LESSON, seed=1)
    return WithKnownCategories().on(inner, LESSON) if known else inner


def test_scores_of_unseen_users_are_finite(fitted: Fitted) -> None:
    scores = fitted.scores(SHOWN)
    assert scores.shape == (len(SHOWN), WIDTH)
    assert scores.dtype == np.float32
    assert np.isfinite(scores).all()
    if fitted.probabilistic:
        assert scores.min() >= 0
        assert scores.max() <= 1


def test_order_of_shown_items_does_not_matter(fitted: Fitted) -> None:
    rng = np.random.default_rng(0)
    shuffled = Ragged.from_rows([rng.permutation(row) for row in SHOWN])
    np.testing.assert_allclose(fitted.scores(shuffled), fitted.scores(SHOWN), rtol=1e-4, atol=1e-5)


def test_batch_equals_single(fitted: Fitted) -> None:
    together = fitted.scores(SHOWN)
    alone = np.concatenate([fitted.scores(SHOWN.take(np.array([user]))) for user in range(len(SHOWN))])
    np.testing.assert_allclose(alone, together, rtol=1e-4, atol=1e-5)


def test_nobody_is_asked(fitted: Fitted) -> None:
    assert fitted.scores(Ragged.from_rows([])).shape == (0, WIDTH)


def test_an_empty_set_is_refused(fitted: Fitted) -> None:
    with pytest.raises(EmptySetError, match="row 1 shows no items"):
        fitted.scores(Ragged.from_rows([[3], [], [4]]))


def test_costs_are_counted(fitted: Fitted) -> None:
    assert fitted.parameters >= 0
    assert 0 <= fitted.state_bytes(1) <= fitted.state_bytes(30)


def test_the_seed_decides(entry: Entry, learned: Fitted) -> None:
    scores = learned.scores(SHOWN)
    assert np.array_equal(entry.method.fit(LESSON, seed=1).scores(SHOWN), scores)
    changed = not np.array_equal(entry.method.fit(LESSON, seed=2).scores(SHOWN), scores)
    assert changed == (entry.trained or isinstance(entry.method, FactorizationMachine))  # these average over chance


def test_learns_observed_too(entry: Entry) -> None:
    lesson, shown = generated("observed")
    assert np.isfinite(entry.method.fit(lesson, seed=1).scores(shown)).all()


def test_one_training_user_is_enough(entry: Entry) -> None:
    """Most categories and items then belong to nobody, and most of what is shown is unknown."""
    lesson = replace(LESSON, train=LESSON.train.take(np.array([0])))
    assert np.isfinite(entry.method.fit(lesson, seed=1).scores(SHOWN)).all()


def test_pictures_that_are_all_alike_do_no_harm(entry: Entry) -> None:
    alike = replace(LESSON.catalogue, features=np.zeros_like(LESSON.catalogue.features))
    fitted = entry.method.fit(replace(LESSON, catalogue=alike), seed=1)
    assert np.isfinite(fitted.scores(SHOWN)).all()


@pytest.mark.parametrize("entry", LEARNING, ids=lambda entry: entry.name)
def test_nothing_to_learn_is_refused(entry: Entry) -> None:
    nothing = Ragged.from_rows([[] for _ in LESSON.catalogue.categories])
    lesson = replace(LESSON, catalogue=replace(LESSON.catalogue, categories=nothing))
    with pytest.raises(TrainingError, match="40 training users"):
        entry.method.fit(lesson, seed=1)


def test_whatever_may_be_tuned_is_a_setting(entry: Entry) -> None:
    for name, values in entry.space.items():
        for value in values.values if isinstance(values, OneOf) else (values.low, values.high):
            assert getattr(entry.tuned({name: value}), name) == value


def test_what_known_categories_may_be_tuned() -> None:
    for name, values in KNOWN_SPACE.items():
        for value in (values.low, values.high):
            assert getattr(WithKnownCategories(**{name: value}), name) == value


def test_names_are_distinct() -> None:
    assert len({entry.name for entry in METHODS}) == len(METHODS)
    assert len({entry.title for entry in METHODS}) == len(METHODS)
