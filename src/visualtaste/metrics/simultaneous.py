"""Many methods against one reference: intervals and p-values that hold for all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from visualtaste.metrics.intervals import DRAWS
from visualtaste.types import Float64


@dataclass(frozen=True)
class SimultaneousDifference:
    """A method's lead over the reference, with what can be said of it where many methods are compared.

    value        mean over users of the difference
    low, high    simultaneous 95 % interval: with probability 0.95 all methods' true differences lie in theirs
    probability  share of the bootstrap draws in which the method's mean is above the reference's, uncorrected
    p            two-sided p-value, corrected for the number of methods (max-t)
    """

    value: float
    low: float
    high: float
    probability: float
    p: float


def simultaneous_differences(
    samples: Sequence[Float64], reference: Float64, seed: int, draws: int = DRAWS
) -> list[SimultaneousDifference]:
    """Compare several methods (U,) with one reference (U,), the same users in all, on the same draws of users."""
    raise NotImplementedError
