"""What all collaborative filtering shares: known columns in, scores of columns, scores of categories out."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from visualtaste.baselines.interactions import Columns, Csr, Of
from visualtaste.baselines.method import Fitted, Lesson, Method
from visualtaste.baselines.questions import wanted_share
from visualtaste.types import Float32, Float64, Ragged

_USERS_AT_ONCE = 512  # whose (U, C) scores are in memory at a time


class CollaborativeMethod(Method):
    """Learns from which training user has which category, or which item."""

    of: Of
    popularity: float = Field(
        0.1, ge=0, le=1, description="weight of popularity beside what is learned, where scores are shares"
    )


class Collaborative(Fitted):
    """Scores of columns for unseen users, made into scores of categories.

    `popularity` is its weight in the result, where the method's scores are no less than 0; None where a score of 0
    means nothing: then only users of whom no column is known get the popularity of the categories instead.
    """

    def __init__(self, lesson: Lesson, columns: Columns, popularity: float | None) -> None:
        self.columns = columns
        self._share = wanted_share(lesson)  # (D,)
        self._popularity = popularity

    @abstractmethod
    def column_scores(self, known: Csr) -> NDArray[Any]:
        """Scores (U, C) for users who have the columns `known` (U, C)."""

    def _scores(self, shown: Ragged) -> Float32:
        result = np.empty((len(shown), self.columns.catalogue.width), dtype=np.float32)
        for start in range(0, len(shown), _USERS_AT_ONCE):
            users = np.arange(start, min(start + _USERS_AT_ONCE, len(shown)))
            known = self.columns.matrix(shown.take(users))
            scores = self.columns.category_scores(self.column_scores(known), known)
            if self._popularity is None:
                unknown = known.getnnz(axis=1) == 0
                scores[unknown] = self._share
                result[users] = scores
            else:
                result[users] = with_popularity(scores, self._share, self._popularity)
        return result

    def state_bytes(self, photos: int) -> int:
        return self.columns.state_bytes(photos)


def with_popularity(scores: NDArray[Any], popularity: Float64, weight: float) -> Float64:
    """Scores (U, D), none below 0, and popularity (D,), each made to sum to 1, mixed: (1 - weight) and weight.

    A user whose scores are all 0 gets popularity alone.
    """
    total = scores.sum(axis=1, keepdims=True, dtype=np.float64)
    prior = popularity / popularity.sum()
    mixed: Float64 = (1 - weight) * (scores / np.where(total > 0, total, 1)) + weight * prior
    return np.where(total > 0, mixed, prior)
