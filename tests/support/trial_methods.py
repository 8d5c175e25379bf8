"""Methods that are no good, each in one way that a comparison has to cope with. Processes import them by name."""

from __future__ import annotations

import os
import signal

import numpy as np

from visualtaste.baselines.entry import Entry, Sees
from visualtaste.baselines.method import Fitted, Lesson, Method
from visualtaste.baselines.space import Real, Space
from visualtaste.errors import TrainingError
from visualtaste.types import Float32, Ragged

LEVEL: Space = {"level": Real(0, 1)}


class Guess(Method):
    """The same probability for every category; "learned parameters" is how many threads the process may use."""

    level: float = 0.5

    def fit(self, lesson: Lesson, seed: int) -> Fitted:
        return FittedGuess(lesson.catalogue.width, self.level)


class FittedGuess(Fitted):
    probabilistic = True

    def __init__(self, width: int, level: float) -> None:
        self.parameters = int(os.environ.get("OMP_NUM_THREADS", "0"))
        self._width = width
        self._level = level

    def _scores(self, shown: Ragged) -> Float32:
        return np.full((len(shown), self._width), self._level, dtype=np.float32)

    def uncalibrated(self, shown: Ragged) -> dict[str, Float32]:
        return {"raw": self._scores(shown) ** 2}

    def state_bytes(self, photos: int) -> int:
        return 100 * photos


class Refuses(Guess):
    """Cannot be trained."""

    def fit(self, lesson: Lesson, seed: int) -> Fitted:
        raise TrainingError(f"refuses level {self.level}")


class Diverges(Guess):
    """Can be trained, but the scores are no numbers."""

    level: float = float("nan")


class Killed(Guess):
    """Its training is killed from outside, as when memory runs out."""

    def fit(self, lesson: Lesson, seed: int) -> Fitted:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


def entry(
    name: str,
    method: Method | None = None,
    sees: set[Sees] | None = None,
    space: Space | None = None,
    trained: bool = False,
) -> Entry:
    """A line of a comparison; by default of a method that sees nothing and has nothing to tune."""
    return Entry(
        name=name,
        title=name.capitalize(),
        note="",
        family="baselines",
        sees=frozenset(sees or ()),
        method=method or Guess(),
        space=space or {},
        trained=trained,
    )
