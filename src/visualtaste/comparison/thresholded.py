"""Precision, recall and F1 counted in the way that the published figures may have been, beside the usual ones."""

from __future__ import annotations

from dataclasses import dataclass

from visualtaste.comparison.results import ComparedProtocol
from visualtaste.metrics.user_scores import Curves

THRESHOLDED = (
    "It is not published how the paper counts precision at k. Thresholded: of the first k, only categories with a "
    "probability of at least 0.5 count as named; a user for whom none has one scores 0. Without calibration (the "
    "preset paper) probabilities are far higher, and so is what is thresholded."
)


@dataclass(frozen=True)
class CountedTwice:
    """One method's means at the headline k as (precision, recall, F1): the usual ones, the thresholded ones."""

    title: str
    usual: tuple[float, float, float]
    thresholded: tuple[float, float, float]


def counted_twice(compared: ComparedProtocol) -> list[CountedTwice]:
    """The methods that give probabilities, in the order of the contenders."""
    evaluation = compared.evaluation
    column = evaluation.headline_column

    def at_k(curves: Curves) -> tuple[float, float, float]:
        return float(curves.precision[column]), float(curves.recall[column]), float(curves.f1[column])

    found = []
    for method in evaluation.methods:
        scores = method.scores
        if scores.thresholded is not None:
            found.append(CountedTwice(method.title, at_k(scores.top.mean()), at_k(scores.thresholded.mean())))
    return found
