"""The factorization machine: its formula pair by pair, and worlds whose answer is an interaction."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pytest

from support.worlds import assert_parity, checkerboard, needs_compare
from visualtaste.baselines.factorization_machine import FactorizationMachine, Sample
from visualtaste.baselines.fm_design import UserFeatures
from visualtaste.types import Ragged

pytestmark = needs_compare

SHOWN = Ragged.from_rows([[0, 4], [1, 5]])


def test_scores_are_the_formula_pair_by_pair() -> None:
    from scipy.sparse import csr_matrix

    rng = np.random.default_rng(0)
    users, features, categories, rank = 3, 4, 2, 5
    w = rng.normal(size=users + features + categories)
    v = rng.normal(size=(len(w), rank))
    sample = Sample.of(SimpleNamespace(w0=0.7, w=w, V=v), users, categories)
    rows = rng.normal(size=(2, features))

    # the mean training user as one feature, then the user's, then the category's
    weights = np.concatenate([[w[:users].mean()], w[users:]])
    factors = np.vstack([v[:users].mean(axis=0), v[users:]])
    for user in range(2):
        for category in range(categories):
            x = np.concatenate([[1], rows[user], np.eye(categories)[category]])
            pairs = sum(x[i] * x[j] * factors[i] @ factors[j] for i, j in combinations(range(len(x)), 2))
            assert sample.scores(csr_matrix(rows))[user, category] == pytest.approx(0.7 + weights @ x + pairs)


@pytest.mark.parametrize("ids", [False, True])
@pytest.mark.parametrize("most_rows", [288, 287])
def test_finds_what_a_picture_says_of_a_category(most_rows, ids) -> None:
    """Every category is wanted by half of the users: without the interaction there is nothing to rank by."""
    fitted = FactorizationMachine(ids=ids, rank=2, iterations=60, most_rows=most_rows).fit(checkerboard(), 0)
    assert_parity(fitted.scores(SHOWN))
    assert fitted.probabilistic == (most_rows == 288)  # all pairs of 24 users and 12 categories


def test_finds_what_a_known_category_says_of_another() -> None:
    world = checkerboard()
    blank = replace(world, catalogue=replace(world.catalogue, features=np.zeros((24, 2), np.float16)))
    assert_parity(FactorizationMachine(known=True, rank=2, iterations=60).fit(blank, 0).scores(SHOWN))


def test_visual_features_are_means_in_principal_components() -> None:
    world = checkerboard()
    features = UserFeatures.fitted(world.catalogue, world.train, visual=2, known=False)
    means = np.array([world.catalogue.features[row].astype(float).mean(axis=0) for row in world.train])
    projected = features.visual(world.train)
    np.testing.assert_allclose(projected, (means - features.centre) @ features.projection)
    np.testing.assert_allclose(projected.std(axis=0), 1)
    photos = world.catalogue.features[np.unique(world.train.values)].astype(float) - features.centre
    across = features.projection.T @ photos.T @ photos @ features.projection
    assert abs(across[0, 1]) < 1e-9 * across[0, 0]  # principal components do not correlate over the photos


def test_no_more_components_than_the_photos_have() -> None:
    """Rounding along the others must not be blown up to unit spread."""
    world = checkerboard()
    line = (world.catalogue.features[:, :1] * np.array([[0.3, 0.7, 1.1]])).astype(np.float32)
    features = UserFeatures.fitted(replace(world.catalogue, features=line), world.train, visual=3, known=False)
    assert features.groups == [1]


def test_known_categories_together_have_length_one() -> None:
    world = checkerboard()
    features = UserFeatures.fitted(world.catalogue, world.train, visual=1, known=True)
    rows = features.rows(Ragged.from_rows([[0, 12, 3]])).toarray()
    np.testing.assert_allclose(rows[0, 1:], np.isin(np.arange(12), [0, 3]) / np.sqrt(2))
    assert features.groups == [1, 12]
