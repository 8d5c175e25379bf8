"""The contract of everything that is compared: fit on training users, score the sets that unseen users show."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visualtaste.config import Learned
from visualtaste.errors import EmptySetError, TrainingError
from visualtaste.settings import Settings
from visualtaste.types import Float32, Ragged


@dataclass(frozen=True, eq=False)
class Catalogue:
    """The N items as the methods see them; what a method reads of it is what it is said to see.

    features       (N, K) float16, what the encoder makes of each item's photo; zero where it has none
    categories     each item's categories, indices into the D kept ones: ragged (N, ·)
    width          D
    probabilities  (N, D), what stage 1's own head makes of each photo: calibrated probabilities
    """

    features: NDArray[Any]
    categories: Ragged
    width: int
    probabilities: NDArray[Any]


@dataclass(frozen=True, eq=False)
class Lesson:
    """What every method may learn from: one fold's training users and, to know when to stop, validation users."""

    catalogue: Catalogue
    train: Ragged  # rows of items, earliest first: ragged (U, ·); nobody is empty
    validation: Ragged
    protocol: Learned


class Method(Settings, ABC):
    """A method with its hyper-parameters, which are its fields."""

    @abstractmethod
    def fit(self, lesson: Lesson, seed: int) -> Fitted:
        """Learn; the same lesson and seed give the same result. Raises TrainingError where nothing can be learned."""


class Fitted(ABC):
    """A method that has learned and can be asked about users it never saw."""

    # False: scores only rank. True: they are meant as probabilities, and their calibration is measured.
    probabilistic: bool = False
    # Numbers that were learned.
    parameters: int = 0

    def scores(self, shown: Ragged) -> Float32:
        """Scores (U, D) of the categories for users who show `shown` items, rows of the catalogue: ragged (U, ·).

        A user's scores depend on that user's set alone, neither on its order nor on who else is asked.
        Raises EmptySetError when a user shows nothing, TrainingError when a score is not finite.
        """
        empty = np.flatnonzero(shown.lengths == 0)
        if len(empty):
            raise EmptySetError(f"user in row {empty[0]} shows no items: there is nothing to score")
        scores = self._scores(shown)
        wrong = np.flatnonzero(~np.isfinite(scores).all(axis=1))
        if len(wrong):
            raise TrainingError(f"{type(self).__name__} gives the user in row {wrong[0]} a score that is not finite")
        return scores

    def uncalibrated(self, shown: Ragged) -> dict[str, Float32]:
        """Probabilities (U, D) as they would be without some part of their calibration, by the name of what is left.

        Nothing, where there is no such part.
        """
        return {}

    @abstractmethod
    def _scores(self, shown: Ragged) -> Float32:
        """`scores` of users of whom each shows at least one item."""

    @abstractmethod
    def state_bytes(self, photos: int) -> int:
        """Bytes to keep of a user who has shown so many photos, to be asked again and to be shown more."""
