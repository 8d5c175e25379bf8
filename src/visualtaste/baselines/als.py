"""Alternating least squares for implicit feedback (Hu, Koren & Volinsky, ICDM 2008), by the library implicit."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field

from visualtaste.baselines.collaborative import Collaborative, CollaborativeMethod
from visualtaste.baselines.interactions import Columns, Csr
from visualtaste.baselines.libraries import compare_library
from visualtaste.baselines.method import Lesson
from visualtaste.seeding import derive
from visualtaste.types import Float32


class Als(CollaborativeMethod):
    """Factors of users and columns that reproduce 1 where a user has the column, 0 elsewhere."""

    factors: int = Field(32, ge=1)
    regularisation: float = Field(1.0, gt=0)
    alpha: float = Field(5.0, gt=0, description="weight of what a user has against what a user has not")
    iterations: int = Field(15, ge=1)

    def fit(self, lesson: Lesson, seed: int) -> FittedAls:
        columns = Columns.had(self.of, lesson)
        with compare_library("ALS"):
            from implicit.cpu.als import AlternatingLeastSquares

            model = AlternatingLeastSquares(
                factors=self.factors,
                regularization=self.regularisation,
                alpha=self.alpha,
                iterations=self.iterations,
                use_cg=False,  # each step solved exactly, as the users to come will be
                num_threads=1,
                random_state=derive(seed, "als", self.of),
            )
            model.fit(columns.matrix(lesson.train), show_progress=False)
        return FittedAls(lesson, columns, model, self.popularity if self.of == "items" else None)


class FittedAls(Collaborative):
    """An unseen user's factors solve the least squares of the last half-step, the columns' factors fixed."""

    def __init__(self, lesson: Lesson, columns: Columns, model: Any, popularity: float | None) -> None:
        super().__init__(lesson, columns, popularity)
        self._model = model
        self.parameters = model.item_factors.size

    def column_scores(self, known: Csr) -> Float32:
        with compare_library("ALS"):
            users = self._model.recalculate_user(np.arange(known.shape[0]), known)  # (U, factors)
        scores: Float32 = users @ self._model.item_factors.T
        return scores
