"""A picture method's counterpart that also sees which categories the user has."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from visualtaste.baselines.ease import Weights, ease
from visualtaste.baselines.history import category_counts
from visualtaste.baselines.interactions import Columns
from visualtaste.baselines.method import Fitted, Lesson
from visualtaste.baselines.questions import categories_of, training_questions
from visualtaste.baselines.space import Real, Space
from visualtaste.settings import Settings
from visualtaste.types import Float32, Float64, Ragged

KNOWN_SPACE: Space = {
    "regularisation": Real(3, 3000, log=True),
    "strength": Real(0, 3),
    "history": Real(0, 3),
}

_CLOSEST = 1e-6  # of a probability to 0 and to 1: its logit must stay finite


class WithKnownCategories(Settings):
    """What is added to a picture method's scores for the categories that a user has.

    logit(p_c) + strength * EASE_c / s + history * ln(1 + n_c), where n_c of the shown items are of category c, EASE
    is computed from the shown items' categories, and s is the standard deviation of its scores over all training
    users and categories: one for everyone, so that who shows little is moved little. Scores that are no
    probabilities are standardised for each user instead of taking their logit.
    """

    regularisation: float = Field(100.0, gt=0, description="of EASE")
    strength: float = Field(1.0, ge=0)
    history: float = Field(1.0, ge=0)

    def on(self, inner: Fitted, lesson: Lesson) -> FittedWithKnown:
        """`inner` and the known categories together; `inner` has learned already. EASE takes one D x D inverse."""
        columns = Columns.had("categories", lesson)
        weights = ease(columns.matrix(lesson.train), self.regularisation)
        known = columns.matrix(training_questions(lesson).shown)
        spread = float(weights.scores(known).std())
        return FittedWithKnown(self, inner, columns, weights, spread if spread > 0 else 1.0)


class FittedWithKnown(Fitted):
    """A ranking: no longer probabilities."""

    def __init__(
        self, settings: WithKnownCategories, inner: Fitted, columns: Columns, weights: Weights, spread: float
    ) -> None:
        self._settings = settings
        self._inner = inner
        self._columns = columns
        self._weights = weights
        self._spread = spread
        self.parameters = inner.parameters + weights.numbers

    def _scores(self, shown: Ragged) -> Float32:
        catalogue = self._columns.catalogue
        known = self._columns.matrix(shown)
        others = self._columns.category_scores(self._weights.scores(known), known) / self._spread
        counts = category_counts(shown, catalogue)
        own = self._settings.strength * others + self._settings.history * np.log1p(counts)
        return (self._seen(shown) + own).astype(np.float32)

    def _seen(self, shown: Ragged) -> Float64:
        """The inner method's scores (U, D) on the scale of logits."""
        scores = self._inner.scores(shown).astype(np.float64)
        if self._inner.probabilistic:
            likely = np.clip(scores, _CLOSEST, 1 - _CLOSEST)
            logits: Float64 = np.log(likely) - np.log1p(-likely)
            return logits
        centred = scores - scores.mean(axis=1, keepdims=True)
        spread = centred.std(axis=1, keepdims=True)
        standardised: Float64 = centred / np.where(spread > 0, spread, 1)
        return standardised

    def state_bytes(self, photos: int) -> int:
        """The inner method's, and eight bytes a category: its index and its count."""
        return self._inner.state_bytes(photos) + 8 * categories_of(self._columns.catalogue, photos)
