"""The methods of the library implicit: a checkerboard whose answer is certain, and BPR's unseen users."""

from __future__ import annotations

import numpy as np
import pytest

from support.worlds import assert_parity, checkerboard, needs_compare
from visualtaste.baselines.als import Als
from visualtaste.baselines.bpr import Bpr
from visualtaste.baselines.bpr_fold_in import Negatives, Pairs, fold_in
from visualtaste.baselines.item_knn import ItemKnn, similarities
from visualtaste.types import Ragged

pytestmark = needs_compare

SHOWN = Ragged.from_rows([[0, 4], [1, 5]])


@pytest.mark.parametrize("of", ["categories", "items"])
@pytest.mark.parametrize(
    ("method", "settings"),
    [
        (Als, {"factors": 4, "regularisation": 0.1}),
        (Bpr, {"factors": 4, "iterations": 400}),
        (ItemKnn, {"weighting": "cosine"}),
        (ItemKnn, {"weighting": "tfidf"}),
        (ItemKnn, {"weighting": "bm25"}),
    ],
)
def test_knows_the_checkerboard(method, settings, of) -> None:
    fitted = method(of=of, popularity=0.01, **settings).fit(checkerboard(), 3)
    assert_parity(fitted.scores(SHOWN))


def test_cosine_similarity_by_hand() -> None:
    from scipy.sparse import csr_matrix

    interactions = csr_matrix(np.array([[1, 1, 0], [1, 0, 0], [0, 1, 1]], dtype=np.float32))
    similarity = similarities(interactions, 3, "cosine").toarray()
    half, root = 1 / 2, 1 / np.sqrt(2)
    np.testing.assert_allclose(similarity, [[1, half, 0], [half, 1, root], [0, root, 1]], rtol=1e-6)


def test_only_the_nearest_neighbours_count() -> None:
    from scipy.sparse import csr_matrix

    interactions = csr_matrix(np.array([[1, 1, 0], [1, 0, 0], [0, 1, 1]], dtype=np.float32))
    assert (similarities(interactions, 2, "cosine").toarray() > 0).sum(axis=1).tolist() == [2, 2, 2]


def test_weightless_columns_are_similar_to_nothing() -> None:
    """tf-idf gives the only user, who has one column of two, the weight ln 2 - ln 2."""
    from scipy.sparse import csr_matrix

    interactions = csr_matrix(np.array([[1, 0]], dtype=np.float32))
    assert np.isfinite(similarities(interactions, 2, "tfidf").toarray()).all()


RNG = np.random.default_rng(5)
FACTORS, BIAS = RNG.normal(size=(9, 3)), RNG.normal(size=9)
USERS = RNG.integers(1, 20, size=9).astype(float)


def objective(user: np.ndarray, shown: list[int], regularisation: float) -> float:
    """The fold-in's objective as its docstring says it, pair by pair."""
    margin = FACTORS @ user + BIAS
    others = [j for j in range(9) if j not in shown]
    weight = USERS[others].sum()
    pairs = [USERS[j] / weight / len(shown) * np.log1p(np.exp(margin[j] - margin[i])) for i in shown for j in others]
    return sum(pairs) + regularisation / 2 * float(user @ user)


@pytest.mark.parametrize("shown", [[0], [2, 7, 4]])
@pytest.mark.parametrize("regularisation", [0.01, 1.0])
def test_fold_in_is_the_minimum(shown, regularisation) -> None:
    from scipy.optimize import minimize

    found = fold_in(np.array(shown), FACTORS, BIAS, Negatives.drawn(USERS, 9, RNG), regularisation)
    best = minimize(objective, np.zeros(3), args=(shown, regularisation), method="BFGS", options={"gtol": 1e-7})
    np.testing.assert_allclose(found, best.x, atol=1e-3)
    assert objective(found, shown, regularisation) <= best.fun + 1e-9


def test_derivatives_are_those_of_the_objective() -> None:
    pairs = Pairs.of([2, 7], np.array([0, 1, 3]), USERS[[0, 1, 3]], FACTORS, BIAS, 0.3)
    user, step = np.array([0.3, -0.8, 0.5]), 1e-5
    gradient, hessian = pairs.derivatives(user)
    for axis, direction in enumerate(np.eye(3) * step):
        ahead, behind = user + direction, user - direction
        assert gradient[axis] == pytest.approx((pairs.loss(ahead) - pairs.loss(behind)) / (2 * step), rel=1e-5)
        change = (pairs.derivatives(ahead)[0] - pairs.derivatives(behind)[0]) / (2 * step)
        np.testing.assert_allclose(hessian[axis], change, rtol=1e-5)


@pytest.mark.parametrize("shown", [[], list(range(9))])
def test_fold_in_without_a_pair_stays_at_zero(shown) -> None:
    negatives = Negatives.drawn(USERS, 9, RNG)
    assert fold_in(np.array(shown, dtype=int), FACTORS, BIAS, negatives, 0.1).tolist() == [0, 0, 0]


def test_negatives_of_many_columns_are_drawn_by_their_users() -> None:
    users = np.array([1.0] * 50 + [99.0] * 50)
    negatives = Negatives.drawn(users, 40, np.random.default_rng(0))
    assert negatives.weights.sum() == 40
    assert len(np.unique(negatives.columns)) == len(negatives.columns)
    assert negatives.weights[negatives.columns >= 50].sum() > 35
