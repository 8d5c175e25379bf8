"""Results of trainings made by hand, so that what is computed from them can be checked by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from visualtaste.comparison.job import JobResult, Outcome, Took
from visualtaste.config import Protocol
from visualtaste.metrics.calibration import Calibration
from visualtaste.metrics.user_scores import Counts, UserScores

RELEVANT = 5


def scores(hits: Sequence[float], thresholded: bool = False) -> UserScores:
    """Users who want five categories and find `hits` of them among the first 15: F1@15 = 2 hits / 20 = hits / 10."""
    found = np.array([[0, one] for one in hits])
    ks = np.array([5, 15])
    relevant = np.full(len(found), RELEVANT)
    top = Counts(np.broadcast_to(ks, found.shape), found, relevant)
    kept = Counts(found + 1, found, relevant) if thresholded else None
    return UserScores(ks, top, kept, ndcg=found / 7, r_precision=found[:, 1] / RELEVANT)


def calibration(probability: float, wanted: Sequence[bool]) -> Calibration:
    """One user, whose categories are all given the same probability."""
    target = np.array([wanted])
    return Calibration.of(np.full(target.shape, probability, dtype=np.float32), target)


def outcome(
    hits: Sequence[float],
    protocol: Protocol = "held-out",
    companion: int | None = None,
    took: Took | None = None,
    calibrated: Calibration | None = None,
    **uncalibrated: Calibration,
) -> Outcome:
    """One outcome; costs are 1, 2, 3 and 4 unless given."""
    return Outcome(protocol, companion, scores(hits), took or Took(1, 2, 3, 4), calibrated, uncalibrated)


def result(*outcomes: Outcome) -> JobResult:
    return JobResult(outcomes)


FAILED = JobResult((), "the loss is not a number")
