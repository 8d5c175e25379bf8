"""The same list for everyone."""

from __future__ import annotations

from visualtaste.baselines.method import Fitted, Lesson, Method
from visualtaste.baselines.questions import wanted_share
from visualtaste.types import Float32, Float64, Ragged


class Popularity(Method):
    """The share of training users that want each category."""

    def fit(self, lesson: Lesson, seed: int) -> FittedPopularity:
        return FittedPopularity(wanted_share(lesson))


class FittedPopularity(Fitted):
    probabilistic = True

    def __init__(self, share: Float64) -> None:
        self._share = share.astype("float32")  # (D,)
        self.parameters = share.size

    def _scores(self, shown: Ragged) -> Float32:
        return self._share[None].repeat(len(shown), axis=0)

    def state_bytes(self, photos: int) -> int:
        return 0
