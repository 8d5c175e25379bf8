"""How far probabilities can be believed: reliability, expected calibration error, Brier score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from visualtaste.types import Bool, Float32, Float64, Int64


@dataclass(frozen=True, eq=False)
class Calibration:
    """Sums over (user, category) pairs, by bins of the predicted probability; sums of parts add up to the whole.

    counts     (B,)  pairs in each bin
    predicted  (B,)  sum of their probabilities
    wanted     (B,)  how many of them the user wanted
    squares          sum of (p - y)^2 over all pairs
    logarithms       sum of -ln(p if y else 1 - p) over all pairs
    """

    counts: Int64
    predicted: Float64
    wanted: Int64
    squares: float
    logarithms: float

    @classmethod
    def of(cls, probabilities: Float32, target: Bool, scored: Bool | None = None) -> Calibration:
        """Measure probabilities (U, D) against targets (U, D); pairs that are not scored do not count."""
        raise NotImplementedError

    @classmethod
    def concat(cls, parts: Sequence[Calibration]) -> Calibration:
        """The pairs of all parts (folds, seeds) together."""
        raise NotImplementedError

    @property
    def brier(self) -> float:
        """Mean squared error of the probabilities."""
        raise NotImplementedError

    @property
    def log_loss(self) -> float:
        """Mean cross-entropy in nats."""
        raise NotImplementedError

    @property
    def ece(self) -> float:
        """Expected calibration error: mean over pairs of |bin's mean probability - bin's share of wanted|."""
        raise NotImplementedError

    @property
    def reliability(self) -> tuple[Float64, Float64, Int64]:
        """Of every bin that is not empty: mean probability, share wanted, pairs; what a reliability diagram draws."""
        raise NotImplementedError
