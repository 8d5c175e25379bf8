"""Bayesian personalised ranking (Rendle et al., UAI 2009), by the library implicit.

The library draws the columns that a user does not have in proportion to how many users have them. What is learned
is therefore how much more this user wants a column than its popularity says, as a logarithm: with as many training
users n_j that have column j, exp(score_j) n_j is in proportion to how likely the column is the user's next.
`debias` is the power of n_j that is put back.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from pydantic import Field

from visualtaste.baselines.bpr_fold_in import Negatives, fold_in
from visualtaste.baselines.collaborative import Collaborative, CollaborativeMethod
from visualtaste.baselines.interactions import Columns, Csr
from visualtaste.baselines.libraries import compare_library
from visualtaste.baselines.method import Lesson
from visualtaste.seeding import derive, generator
from visualtaste.types import Float64

_NEGATIVES = 1024  # purchases that stand for all when an unseen user is fitted


class Bpr(CollaborativeMethod):
    """Factors of users and columns, and a bias of each column, that rank what a user has above what not."""

    factors: int = Field(32, ge=1)
    learning_rate: float = Field(0.05, gt=0)
    regularisation: float = Field(0.01, gt=0)
    iterations: int = Field(200, ge=1, description="passes over the training users' purchases")
    debias: float = Field(1.0, ge=0, le=1, description="power of a column's number of users in its score")

    def fit(self, lesson: Lesson, seed: int) -> FittedBpr:
        columns = Columns.had(self.of, lesson)
        interactions = columns.matrix(lesson.train)
        with compare_library("BPR"):
            from implicit.cpu.bpr import BayesianPersonalizedRanking

            model = BayesianPersonalizedRanking(
                factors=self.factors,
                learning_rate=self.learning_rate,
                regularization=self.regularisation,
                iterations=self.iterations,
                num_threads=1,
                random_state=derive(seed, "bpr", self.of),
            )
            model.fit(interactions, show_progress=False)
        users = np.asarray(interactions.getnnz(axis=0), dtype=np.float64)  # (C,), each at least 1
        negatives = Negatives.drawn(users, _NEGATIVES, generator(seed, "bpr", self.of, "negatives"))
        return FittedBpr(self, lesson, columns, model.item_factors.astype(np.float64), users, negatives)


class FittedBpr(Collaborative):
    """An unseen user's factors are fitted to what the user shows, those of the columns fixed: see `fold_in`."""

    def __init__(
        self, settings: Bpr, lesson: Lesson, columns: Columns, factors: Float64, users: Float64, negatives: Negatives
    ) -> None:
        super().__init__(lesson, columns, settings.popularity if settings.of == "items" else None)
        self._regularisation = settings.regularisation
        # the library keeps a column's bias behind its factors
        self._factors, self._bias = factors[:, :-1], factors[:, -1]  # (C, F), (C,)
        self._prior = self._bias + settings.debias * np.log(users)
        self._negatives = negatives
        self.parameters = factors.size

    def column_scores(self, known: Csr) -> Float64:
        users = np.array([self._fold_in(known.indices[a:b]) for a, b in pairwise(known.indptr)])
        scores: Float64 = users.reshape(-1, self._factors.shape[1]) @ self._factors.T + self._prior
        if self.columns.of == "items":  # as probabilities of the next purchase
            scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        return scores

    def _fold_in(self, shown: np.ndarray) -> Float64:
        return fold_in(shown, self._factors, self._bias, self._negatives, self._regularisation)
