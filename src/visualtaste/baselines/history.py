"""What the user has already, and what most have."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from visualtaste.baselines.method import Catalogue, Fitted, Lesson, Method
from visualtaste.baselines.questions import categories_of, wanted_share
from visualtaste.types import Float32, Float64, Int64, Ragged


class History(Method):
    """(1 - blend) (n_c / n) ** power + blend * popularity, where n_c of the n shown items are of category c."""

    blend: float = Field(0.3, ge=0, le=1, description="weight of popularity")
    power: float = Field(1.0, gt=0, le=1, description="1: how many items count, towards 0: only whether there is one")

    def fit(self, lesson: Lesson, seed: int) -> FittedHistory:
        return FittedHistory(self, lesson.catalogue, wanted_share(lesson))


class FittedHistory(Fitted):
    def __init__(self, settings: History, catalogue: Catalogue, share: Float64) -> None:
        self._settings = settings
        self._catalogue = catalogue
        self._share = share
        self.parameters = share.size

    def _scores(self, shown: Ragged) -> Float32:
        counts = category_counts(shown, self._catalogue)
        own = (counts / shown.lengths[:, None]) ** self._settings.power
        blend = self._settings.blend
        return ((1 - blend) * own + blend * self._share).astype(np.float32)

    def state_bytes(self, photos: int) -> int:
        """A category's index and its count, four bytes each, and the number of photos."""
        return 8 * categories_of(self._catalogue, photos) + 4


def category_counts(sets: Ragged, catalogue: Catalogue) -> Int64:
    """How many items of each set are of each category (U, D)."""
    labels = catalogue.categories.take(sets.values)
    places = np.repeat(sets.segments, labels.lengths) * catalogue.width + labels.values
    counts = np.bincount(places, minlength=len(sets) * catalogue.width)
    return counts.reshape(len(sets), catalogue.width).astype(np.int64)
