"""Stage 1's own head on every shown photo, its probabilities pooled by a fixed rule: nothing is learned."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from visualtaste.baselines.method import Catalogue, Fitted, Lesson, Method
from visualtaste.inference.chunks import user_chunks
from visualtaste.inference.noisy_or import noisy_or
from visualtaste.types import Float32, Int64, Ragged

Rule = Literal["mean", "max", "noisy_or", "votes"]

_PHOTOS_AT_ONCE = 8192


class PooledItemClassifier(Method):
    """Pool the item classifier's probabilities p over a user's n photos.

    mean      sum p / n
    max       the surest photo's
    noisy_or  1 - prod (1 - p)
    votes     an ensemble of decisions: the share of photos with p >= threshold; ties go to the higher mean
    """

    pooling: Rule
    threshold: float = Field(0.5, gt=0, lt=1, description="votes: the probability from which a photo votes")

    def fit(self, lesson: Lesson, seed: int) -> FittedPooledItemClassifier:
        return FittedPooledItemClassifier(self, lesson.catalogue)


class FittedPooledItemClassifier(Fitted):
    def __init__(self, settings: PooledItemClassifier, catalogue: Catalogue) -> None:
        self._settings = settings
        self._catalogue = catalogue
        self.probabilistic = settings.pooling != "votes"

    def _scores(self, shown: Ragged) -> Float32:
        result = np.empty((len(shown), self._catalogue.width), dtype=np.float32)
        for users in user_chunks(shown.offsets, _PHOTOS_AT_ONCE):
            offsets = shown.offsets[users.start : users.stop + 1]
            probabilities = self._catalogue.probabilities[shown.values[offsets[0] : offsets[-1]]]  # (T, D)
            result[users] = self._pool(probabilities, offsets - offsets[0])
        return result

    def _pool(self, probabilities: NDArray[Any], offsets: Int64) -> NDArray[Any]:
        """Probabilities (T, D) of users with these offsets (U+1,), pooled: (U, D)."""
        if self._settings.pooling == "noisy_or":
            return noisy_or(probabilities, offsets)
        starts, lengths = offsets[:-1], np.diff(offsets)[:, None]
        if self._settings.pooling == "max":
            surest: NDArray[Any] = np.maximum.reduceat(probabilities, starts, axis=0)
            return surest
        mean: NDArray[Any] = np.add.reduceat(probabilities, starts, axis=0, dtype=np.float64) / lengths
        if self._settings.pooling == "mean":
            return mean
        votes = np.add.reduceat(probabilities >= self._settings.threshold, starts, axis=0, dtype=np.int64)
        # the mean is below 1 wherever a photo does not vote, so it cannot outweigh one
        ballot: NDArray[Any] = (votes + mean) / (lengths + 1)
        return ballot

    def state_bytes(self, photos: int) -> int:
        """A float32 a category and the number of photos; votes keep the sums of probabilities beside the votes."""
        return 4 * self._catalogue.width * (2 if self._settings.pooling == "votes" else 1) + 4
