"""EASE: a linear model of what else is had, in closed form (Steck, "Embarrassingly Shallow Autoencoders", WWW 2019).

Of the training users' matrix X (U, C), with regularisation l (his equation 8):

    P = (X'X + l I)^-1        B = I - P diag(1 / diag P)        scores of a user with columns s: s B

The diagonal of B is 0: a column says nothing about itself. With fewer users than columns P is never formed; by
Woodbury's identity, with G = (X X' + l I)^-1 of size (U, U),

    P = (I - X' G X) / l      s B = s - (s - ((s X') G) X) / d,   d_j = 1 - x_j' G x_j  (l times the diagonal of P)

where x_j is column j of X. Everything is computed in float64.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from pydantic import Field

from visualtaste.baselines.collaborative import Collaborative, CollaborativeMethod
from visualtaste.baselines.interactions import Columns, Csr
from visualtaste.baselines.method import Lesson
from visualtaste.types import Float64


class Ease(CollaborativeMethod):
    """EASE on users x categories or users x items."""

    regularisation: float = Field(100.0, gt=0)

    def fit(self, lesson: Lesson, seed: int) -> FittedEase:
        columns = Columns.had(self.of, lesson)
        weights = ease(columns.matrix(lesson.train), self.regularisation)
        return FittedEase(lesson, columns, weights, self.popularity if self.of == "items" else None)


class FittedEase(Collaborative):
    def __init__(self, lesson: Lesson, columns: Columns, weights: Weights, popularity: float | None) -> None:
        super().__init__(lesson, columns, popularity)
        self._weights = weights
        self.parameters = weights.numbers

    def column_scores(self, known: Csr) -> Float64:
        return self._weights.scores(known)


class Weights(Protocol):
    """Either form of B."""

    numbers: int

    def scores(self, known: Csr) -> Float64:
        """s B (U, C) for rows s of `known` (U, C)."""


def ease(interactions: Csr, regularisation: float) -> Weights:
    """The form that inverts the smaller matrix, for `interactions` (U, C)."""
    users, columns = interactions.shape
    form = Dual if users < columns else Primal
    return form(interactions.astype(np.float64), regularisation)


class Primal:
    """B itself (C, C)."""

    def __init__(self, interactions: Csr, regularisation: float) -> None:
        gram = (interactions.T @ interactions).toarray()
        gram[np.diag_indices_from(gram)] += regularisation
        inverse = np.linalg.inv(gram)
        self._weights = -inverse / np.diag(inverse)
        np.fill_diagonal(self._weights, 0)
        self.numbers = self._weights.size

    def scores(self, known: Csr) -> Float64:
        scores: Float64 = known @ self._weights
        return scores


class Dual:
    """G (U, U) and X, from which a user's scores follow."""

    def __init__(self, interactions: Csr, regularisation: float) -> None:
        gram = (interactions @ interactions.T).toarray()
        gram[np.diag_indices_from(gram)] += regularisation
        self._inverse = np.linalg.inv(gram)
        self._interactions = interactions
        explained = interactions.multiply(self._inverse @ interactions).sum(axis=0)  # x_j' G x_j
        self._rest = 1 - np.asarray(explained).ravel()  # (C,)
        self.numbers = self._inverse.size + interactions.nnz

    def scores(self, known: Csr) -> Float64:
        own = known.toarray().astype(np.float64)
        through = ((known @ self._interactions.T) @ self._inverse) @ self._interactions  # (U, C)
        scores: Float64 = own - (own - through) / self._rest
        return scores
