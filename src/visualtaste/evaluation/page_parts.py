"""What the report's page shows, computed: the template only lays it out."""

from __future__ import annotations

import math
from typing import Any

from visualtaste.evaluation import wording
from visualtaste.evaluation.canvas import sample_svg
from visualtaste.evaluation.examples import UserExample
from visualtaste.evaluation.figures import FIGURES, curve_svg
from visualtaste.evaluation.line_styles import line_styles
from visualtaste.evaluation.page import themed
from visualtaste.evaluation.results import Evaluation, MethodResult
from visualtaste.evaluation.thumbnails import thumbnail

# The paper's figures have these numbers; they are kept.
FIRST_FIGURE = 3
# Pixels of a thumbnail's longer side, twice what the page shows, for sharp screens.
PHOTO_SIDE = 208
# Missed categories that are listed for a user; the others are counted.
MOST_MISSED = 18


def figures(evaluation: Evaluation) -> list[dict[str, Any]]:
    """The published figures, each in both layouts."""
    return [
        {
            "number": FIRST_FIGURE + index,
            "name": metric,
            "metric": wording.METRICS[metric],
            "wide": themed(curve_svg(evaluation, metric, "wide")),
            "narrow": themed(curve_svg(evaluation, metric, "narrow")),
        }
        for index, metric in enumerate(FIGURES)
    ]


def table_rows(evaluation: Evaluation) -> list[dict[str, Any]]:
    """The methods, best first, with what the tables show of each."""
    styles = line_styles(evaluation)
    rows = []
    for method in evaluation.ranked:
        difference = evaluation.difference(method.name, "f1")
        rows.append(
            {
                "method": method,
                "sample": themed(sample_svg(styles[method.name])),
                "best": method is evaluation.best,
                "reference": method.name == evaluation.reference,
                "estimates": {
                    metric: evaluation.estimate(method.name, metric)
                    for metric in ("precision", "recall", "f1", "ndcg", "r_precision")
                },
                "difference": difference,
                "verdict": wording.verdict(difference),
                "place": forest_place(evaluation, method.name),
                "otherwise": _otherwise(evaluation, method),
            }
        )
    return rows


def forest_scale(evaluation: Evaluation) -> dict[str, float]:
    """The ends of the scale on which the table draws F1: round numbers around all intervals."""
    estimates = [evaluation.estimate(method.name, "f1") for method in evaluation.methods]
    low = math.floor(20 * min(estimate.low for estimate in estimates)) / 20
    high = math.ceil(20 * max(estimate.high for estimate in estimates)) / 20
    return {"low": low, "high": max(high, low + 0.05)}


def forest_place(evaluation: Evaluation, name: str) -> dict[str, float]:
    """Where a method's F1, its interval and the reference are: percent of the way along that scale."""
    forest = forest_scale(evaluation)

    def place(value: float) -> float:
        return round(100 * (value - forest["low"]) / (forest["high"] - forest["low"]), 2)

    f1 = evaluation.estimate(name, "f1")
    return {
        "value": place(f1.value),
        "low": place(f1.low),
        "width": round(place(f1.high) - place(f1.low), 2),
        "reference": place(evaluation.estimate(evaluation.reference, "f1").value),
    }


def _otherwise(evaluation: Evaluation, method: MethodResult) -> dict[str, float | None]:
    """Micro averages, then thresholded means, at the headline k; None where the method gives no probabilities."""
    at = evaluation.headline_column
    found: dict[str, float | None] = {}
    for kind, curves in (("Micro", method.scores.micro()), ("Thresholded", method.scores.mean().thresholded)):
        for name in ("precision", "recall", "f1"):
            value = None if curves is None else float(getattr(curves, name)[at])
            found[f"{kind} {wording.METRICS[name].title if name == 'f1' else name}"] = value
    return found


def user_card(example: UserExample) -> dict[str, Any]:
    """A user with thumbnails, and with attention as a share of the bar's full length."""
    equal = 1 / max(len(example.shown), 1)
    full = max([min(1.0, 2 * equal), *(photo.attention for photo in example.shown)])
    return {
        "user": example,
        "shown": [
            {
                "photo": photo,
                "thumbnail": thumbnail(photo.path, PHOTO_SIDE),
                "bar": round(100 * photo.attention / full, 1),
            }
            for photo in example.shown
        ],
        "equal": equal,
        "equal_bar": round(100 * equal / full, 1),
        "bought": [{"photo": photo, "thumbnail": thumbnail(photo.path, PHOTO_SIDE)} for photo in example.bought],
        "missed": example.missed[:MOST_MISSED],
        "explained": any(predicted.because for predicted in example.predicted),
        "more_missed": max(0, len(example.missed) - MOST_MISSED),
    }
