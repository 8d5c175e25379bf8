"""Intervals of every metric at every k, for each method and for its difference to a reference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np

from visualtaste.metrics.intervals import Difference, Interval, difference_intervals, mean_intervals
from visualtaste.metrics.user_scores import UserScores
from visualtaste.types import Float64

Kind = TypeVar("Kind", bound=Interval)


@dataclass(frozen=True, eq=False)
class Estimates:
    """One method by metric: `mean` has every metric that it has, `difference` those that all methods have."""

    mean: dict[str, Interval]
    difference: dict[str, Difference]


def estimate_all(methods: Sequence[UserScores], reference: UserScores, seed: int, draws: int) -> list[Estimates]:
    """Compare methods that were scored on the same users; every one sees the same draws of users.

    Within a metric the columns are the k of the scores; R-precision has one.
    """
    tables = [scores.per_user() for scores in methods]
    base = reference.per_user()
    shared = {metric: base[metric] for metric in base if all(metric in table for table in tables)}

    means = mean_intervals([_side_by_side(table) for table in tables], seed, draws)
    gaps = difference_intervals(
        [_side_by_side({metric: table[metric] for metric in shared}) for table in tables],
        _side_by_side(shared),
        seed,
        draws,
    )
    return [
        Estimates(mean=_by_metric(mean, table), difference=_by_metric(gap, shared))
        for table, mean, gap in zip(tables, means, gaps, strict=True)
    ]


def _side_by_side(table: dict[str, Float64]) -> Float64:
    return np.concatenate(list(table.values()), axis=1)


def _by_metric(interval: Kind, table: dict[str, Float64]) -> dict[str, Kind]:
    """Cut an interval over side-by-side columns into those of each metric."""
    edges = np.cumsum([0, *(values.shape[1] for values in table.values())])
    return {
        metric: type(interval)(*(getattr(interval, part.name)[start:end] for part in fields(interval)))
        for metric, start, end in zip(table, edges[:-1], edges[1:], strict=True)
    }
