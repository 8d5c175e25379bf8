"""EASE against its closed form worked out by hand, and its two forms against each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.worlds import assert_parity, checkerboard, lesson, needs_compare
from visualtaste.baselines.ease import Dual, Ease, Primal, ease
from visualtaste.types import Ragged

pytestmark = needs_compare


def sparse(matrix: object):
    from scipy.sparse import csr_matrix

    return csr_matrix(np.asarray(matrix, dtype=np.float64))


# Users have {0, 1} and {1, 2}. With l = 1, X'X + I = [[2, 1, 0], [1, 3, 1], [0, 1, 2]], of determinant 8, and
# P = [[5, -2, 1], [-2, 4, -2], [1, -2, 5]] / 8; each column of -P divided by its diagonal, 0 on the diagonal:
X = [[1, 1, 0], [0, 1, 1]]
B = [[0, 1 / 2, -1 / 5], [2 / 5, 0, 2 / 5], [-1 / 5, 1 / 2, 0]]


@pytest.mark.parametrize("form", [Primal, Dual])
def test_equals_the_closed_form_by_hand(form) -> None:
    np.testing.assert_allclose(form(sparse(X), 1.0).scores(sparse(np.eye(3))), B, atol=1e-12)
    np.testing.assert_allclose(form(sparse(X), 1.0).scores(sparse([[1, 0, 1]])), [[-1 / 5, 1, -1 / 5]], atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), users=st.integers(1, 12), columns=st.integers(1, 12), power=st.floats(-1, 3))
def test_both_forms_agree(seed: int, users: int, columns: int, power: float) -> None:
    rng = np.random.default_rng(seed)
    interactions = sparse(rng.random((users, columns)) < 0.4)
    known = sparse(rng.random((5, columns)) < 0.4)
    primal, dual = (form(interactions, 10**power).scores(known) for form in (Primal, Dual))
    np.testing.assert_allclose(dual, primal, atol=1e-8)


def test_the_smaller_matrix_is_inverted() -> None:
    assert isinstance(ease(sparse(np.ones((2, 3))), 1.0), Dual)
    assert isinstance(ease(sparse(np.ones((3, 3))), 1.0), Primal)


def test_scores_of_categories_are_those_of_the_closed_form() -> None:
    world = lesson([[0, 1], [1, 2]], [[0], [1], [2], []], width=4)
    fitted = Ease(of="categories", regularisation=1.0).fit(world, 0)
    scores = fitted.scores(Ragged.from_rows([[0], [1, 3], [3]]))
    np.testing.assert_allclose(scores[0], [*B[0], min(B[0])], rtol=1e-6)  # nobody has category 3: it is last
    np.testing.assert_allclose(scores[1], [*B[1], 0], atol=1e-7)
    np.testing.assert_allclose(scores[2], [0.5, 1, 0.5, 0])  # of the last user nothing is known: popularity


def test_scores_of_items_add_up_to_their_categories() -> None:
    # items 0 and 2 are of category 0, item 1 of both; what is shown and what is below 0 counts nothing
    world = lesson([[0, 1], [1, 2]], [[0], [0, 1], [0]], width=2)
    fitted = Ease(of="items", regularisation=1.0, popularity=0.0).fit(world, 0)
    np.testing.assert_allclose(fitted.scores(Ragged.from_rows([[0]])), [[0.5, 0.5]])  # item 1 alone, 1/2 each
    np.testing.assert_allclose(fitted.scores(Ragged.from_rows([[1]])), [[1, 0]])  # items 0 and 2, 2/5 each


@pytest.mark.parametrize("of", ["categories", "items"])
def test_knows_the_checkerboard(of) -> None:
    assert_parity(Ease(of=of, regularisation=10.0).fit(checkerboard(), 0).scores(Ragged.from_rows([[0, 4], [1, 5]])))
