"""How far probabilities can be believed: reliability, expected calibration error, Brier score, log loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from visualtaste.errors import DataError
from visualtaste.metrics.checks import refuse_rows, require_mask
from visualtaste.types import Bool, Float32, Float64, Int64

# Where one bin ends and the next begins (B-1,), for B = 42 bins: logits -10, -9.5, ..., 10, which are probabilities
# from 0.00005 to 0.99995. Evenly spaced in logit because a user wants few of many categories: bins of equal width
# would put nearly all pairs into the first. Fixed, not quantiles, so that folds and seeds add up.
EDGES: Float32 = (1 / (1 + np.exp(-np.linspace(-10, 10, 41)))).astype(np.float32)

# What happened counts as having been given at least this probability, so that one wrong 0 or 1 costs 16 nats instead
# of infinitely many. float32 has no number between 1 - 6e-8 and 1.
LEAST = 1e-7

# Pairs handled at once: 2 MB as float64, which stays in the processor's cache and keeps memory flat.
_CHUNK = 1 << 18


@dataclass(frozen=True, eq=False)
class Calibration:
    """Sums over (user, category) pairs, by bins of the predicted probability; sums of parts add up to the whole.

    Bin b holds EDGES[b-1] <= p < EDGES[b]; the first begins at 0, the last ends with 1. Intervals are left out: the
    categories of one user are not independent, so a binomial one would be too narrow.

    counts     (B,)  pairs in each bin
    predicted  (B,)  sum of their probabilities
    wanted     (B,)  how many of them the user wanted
    squares          sum of (p - y)^2 over all pairs
    logarithms       sum of -ln(p if y else 1 - p) over all pairs, the argument taken as at least LEAST
    """

    counts: Int64
    predicted: Float64
    wanted: Int64
    squares: float
    logarithms: float

    @classmethod
    def of(cls, probabilities: Float32, target: Bool, scored: Bool | None = None) -> Calibration:
        """Measure probabilities (U, D) against targets (U, D); pairs that are not scored do not count.

        Probabilities are taken as float32. A user who wants nothing counts as any other.

        Raises DataError when a shape or type is wrong or a probability is not a number from 0 to 1; the message
        names the row.
        """
        probabilities = np.asarray(probabilities, dtype=np.float32)
        _check(probabilities, target, scored)
        users, categories = probabilities.shape
        step = max(1, _CHUNK // max(1, categories))
        whole = _nothing()
        for start in range(0, users, step):
            rows = slice(start, start + step)
            counted = ... if scored is None else scored[rows]
            whole = cls.concat([whole, _measure(probabilities[rows][counted].ravel(), target[rows][counted].ravel())])
        return whole

    @classmethod
    def concat(cls, parts: Sequence[Calibration]) -> Calibration:
        """The pairs of all parts (folds, seeds) together. Raises DataError when there is no part."""
        if not parts:
            raise DataError("there are no calibrations to put together")
        return cls(
            counts=np.sum([part.counts for part in parts], axis=0),
            predicted=np.sum([part.predicted for part in parts], axis=0),
            wanted=np.sum([part.wanted for part in parts], axis=0),
            squares=sum(part.squares for part in parts),
            logarithms=sum(part.logarithms for part in parts),
        )

    @property
    def pairs(self) -> int:
        """Pairs in all bins. Raises DataError, as all means over pairs do, when there is none."""
        pairs = int(self.counts.sum())
        if pairs == 0:
            raise DataError("no probability was measured, so there is nothing to average")
        return pairs

    @property
    def brier(self) -> float:
        """Mean squared error of the probabilities (Brier 1950, for one category at a time): 0 is perfect."""
        return self.squares / self.pairs

    @property
    def log_loss(self) -> float:
        """Mean cross-entropy in nats; 0 is perfect, and no pair costs more than -ln LEAST = 16.1."""
        return self.logarithms / self.pairs

    @property
    def ece(self) -> float:
        """Expected calibration error: mean over pairs of |bin's mean probability - bin's share of wanted|.

        The sum over bins of n_b / n |predicted_b / n_b - wanted_b / n_b| (Guo et al. 2017, equation 3), where n_b
        cancels.
        """
        return float(np.abs(self.predicted - self.wanted).sum()) / self.pairs

    @property
    def reliability(self) -> tuple[Float64, Float64, Int64]:
        """Of every bin that is not empty: mean probability, share wanted, pairs; what a reliability diagram draws."""
        full = self.counts > 0
        counts = self.counts[full]
        return self.predicted[full] / counts, self.wanted[full] / counts, counts


def _nothing() -> Calibration:
    none = np.zeros(len(EDGES) + 1, dtype=np.int64)
    return Calibration(none, none.astype(np.float64), none, 0.0, 0.0)


def _measure(probabilities: Float32, target: Bool) -> Calibration:
    """The sums of some pairs (n,)."""
    bins = np.searchsorted(EDGES, probabilities, side="right")
    size = len(EDGES) + 1
    exact = probabilities.astype(np.float64)
    happened = np.where(target, exact, 1 - exact)  # the probability given to what is the case
    return Calibration(
        counts=np.bincount(bins, minlength=size),
        predicted=np.bincount(bins, weights=exact, minlength=size).astype(np.float64),
        wanted=np.bincount(bins[target], minlength=size),
        squares=float(np.square(1 - happened).sum()),
        logarithms=float(-np.log(np.maximum(happened, LEAST)).sum()),
    )


def _check(probabilities: Float32, target: Bool, scored: Bool | None) -> None:
    if probabilities.ndim != 2:
        raise DataError(f"probabilities must be a matrix (users, categories), not of shape {probabilities.shape}")
    require_mask("target", target, "probabilities", probabilities.shape)
    if scored is not None:
        require_mask("scored", scored, "probabilities", probabilities.shape)
    lowest = probabilities.min(axis=1, keepdims=True, initial=0)  # NaN in rows that have one
    highest = probabilities.max(axis=1, keepdims=True, initial=0)
    refuse_rows(np.isnan(lowest), "row {row} has a probability that is not a number")
    refuse_rows((lowest < 0) | (highest > 1), "row {row} has a probability outside of 0 to 1")
