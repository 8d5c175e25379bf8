"""One method's part of metrics.json: everything behind its lines and table cells."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from visualtaste.evaluation.estimates import Estimates
from visualtaste.metrics.intervals import Interval
from visualtaste.metrics.user_scores import METRICS, THRESHOLDED_METRICS, Curves, UserScores

# Far below the width of any interval, and the same on every machine.
DECIMALS = 6


def scores_json(scores: UserScores, estimates: Estimates) -> dict[str, Any]:
    """Means and differences to the reference with their intervals, and micro averages.

    Lists are in the order of `ks`; R-precision is one number; what a method does not have is null.
    """
    thresholded = scores.thresholded_micro()
    metrics = METRICS + THRESHOLDED_METRICS
    return {
        "mean": {metric: _interval(metric, estimates.mean.get(metric)) for metric in metrics},
        "difference_to_reference": {metric: _interval(metric, estimates.difference.get(metric)) for metric in metrics},
        "micro": _curves(scores.micro()),
        "thresholded_micro": None if thresholded is None else _curves(thresholded),
    }


def _interval(metric: str, interval: Interval | None) -> dict[str, Any] | None:
    if interval is None:
        return None
    parts = {part.name: np.round(getattr(interval, part.name), DECIMALS).tolist() for part in fields(interval)}
    return {name: values[0] for name, values in parts.items()} if metric == "r_precision" else parts


def _curves(curves: Curves) -> dict[str, list[float]]:
    return {part.name: np.round(getattr(curves, part.name), DECIMALS).tolist() for part in fields(curves)}
