"""What an evaluation found: methods scored on the same users, each with its intervals, and how it was made."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from visualtaste.config import Protocol
from visualtaste.errors import DataError
from visualtaste.evaluation.estimates import Estimates, estimate_all
from visualtaste.evaluation.scores_json import DECIMALS, scores_json
from visualtaste.metrics.intervals import DRAWS, LEVEL, Difference, Interval
from visualtaste.metrics.user_scores import UserScores
from visualtaste.types import Int64

SCHEMA_VERSION = 1

# The k at which the paper compares its methods, and at which tables show them.
PUBLISHED_K = 15


@dataclass(frozen=True, eq=False)
class MethodResult:
    """One method's scores of all users; after a cross-validation, each user scored by the model of its fold.

    name   short and stable, for programs ("attention2_gating")
    title  for people ("Two attention blocks + context gating")
    note   one sentence on what the method is, shown below the table
    """

    name: str
    title: str
    scores: UserScores
    note: str = ""


@dataclass(frozen=True)
class SkippedUsers:
    """Users that could not be asked, why, and a few of their ids."""

    reason: str
    count: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Provenance:
    """How the figures were made; every mapping goes from what a thing is called to its value.

    `settings` may be nested, as `TasteConfig.model_dump()` is.
    """

    command: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    split: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    dropped_categories: tuple[str, ...] = ()


@dataclass(frozen=True)
class Estimate:
    """A mean over users with its 95 % interval; for a difference, `probability` that it is above 0."""

    value: float
    low: float
    high: float
    probability: float | None = None

    @classmethod
    def of(cls, interval: Interval, column: int = 0) -> Estimate:
        """One entry of an interval; that of a difference has a probability too."""
        probability = float(interval.probability[column]) if isinstance(interval, Difference) else None
        value, low, high = (float(part[column]) for part in (interval.value, interval.low, interval.high))
        return cls(value, low, high, probability)


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Several methods on one question: the same users in the same order, cut at the same k.

    dataset     name of the data
    protocol    what was shown and what was asked
    categories  D, the number of categories that could be predicted
    reference   name of the method that the others are compared with
    folds       how many models of each method took part, each scoring users it never saw
    seed, draws of the bootstrap

    Raises DataError when there is no method, a name is double, the reference is not among the methods, or the
    methods were not scored on the same users and k.
    """

    dataset: str
    protocol: Protocol
    categories: int
    methods: tuple[MethodResult, ...]
    reference: str
    folds: int = 1
    seed: int = 0
    draws: int = DRAWS
    skipped: tuple[SkippedUsers, ...] = ()
    provenance: Provenance = Provenance()

    def __post_init__(self) -> None:
        names = [method.name for method in self.methods]
        if not names:
            raise DataError("an evaluation needs at least one method")
        if len(set(names)) < len(names):
            raise DataError(f"two methods have the same name: {', '.join(names)}")
        if self.reference not in names:
            raise DataError(f"the reference {self.reference!r} is none of the methods: {', '.join(names)}")
        first = self.methods[0]
        for other in self.methods[1:]:
            if not np.array_equal(other.scores.ks, first.scores.ks):
                raise DataError(f"{other.name} was cut at other k than {first.name}")
            if not np.array_equal(other.scores.relevant, first.scores.relevant):
                raise DataError(f"{other.name} was scored on other users than {first.name}, or in another order")
        if self.users == 0:
            raise DataError("no user was scored: see the reasons for which users were skipped")

    @property
    def ks(self) -> Int64:
        """The cuts (n,)."""
        return self.methods[0].scores.ks

    @property
    def users(self) -> int:
        """Users scored."""
        return len(self.methods[0].scores)

    @property
    def wanted_per_user(self) -> float:
        """Categories in a user's target, averaged."""
        return float(self.methods[0].scores.relevant.mean())

    @property
    def headline_k(self) -> int:
        """The k that tables show: 15 as in the paper, or the nearest one that was scored (the lower of two)."""
        return int(self.ks[self.headline_column])

    @property
    def headline_column(self) -> int:
        """Where the headline k stands among the cuts."""
        return int(np.abs(self.ks - PUBLISHED_K).argmin())

    def method(self, name: str) -> MethodResult:
        """The method called `name`."""
        return next(method for method in self.methods if method.name == name)

    @property
    def ranked(self) -> list[MethodResult]:
        """The methods, highest F1 at the headline k first; equals stay in their order."""
        return sorted(self.methods, key=lambda method: -self.estimate(method.name, "f1").value)

    @property
    def best(self) -> MethodResult:
        """The first of the ranked methods."""
        return self.ranked[0]

    def estimate(self, name: str, metric: str, k: int | None = None) -> Estimate:
        """Mean and interval of one method's metric at k (default: the headline k)."""
        return Estimate.of(self.estimates[name].mean[metric], self._column(metric, k))

    def difference(self, name: str, metric: str, k: int | None = None) -> Estimate | None:
        """The method's lead over the reference at k; None for the reference itself and where one lacks the metric."""
        gap = self.estimates[name].difference.get(metric)
        if gap is None or name == self.reference:
            return None
        return Estimate.of(gap, self._column(metric, k))

    @cached_property
    def estimates(self) -> dict[str, Estimates]:
        """Intervals of every method, by name."""
        scores = [method.scores for method in self.methods]
        found = estimate_all(scores, self.method(self.reference).scores, self.seed, self.draws)
        return {method.name: one for method, one in zip(self.methods, found, strict=True)}

    def only(self, names: Collection[str]) -> Evaluation:
        """The same with some of the methods, in the same order; the reference must be one of them."""
        part = replace(self, methods=tuple(method for method in self.methods if method.name in names))
        # intervals do not depend on who else is compared: every method sees the same draws of users
        part.__dict__["estimates"] = {method.name: self.estimates[method.name] for method in part.methods}
        return part

    def to_json(self) -> dict[str, Any]:
        """Everything behind the figures, for metrics.json (`files.write_json`).

        Metrics at every k are lists in the order of `ks`; R-precision is one number; what a method does not have
        is null. `schema_version` rises when a key changes its meaning or goes.
        """
        return {
            "schema_version": SCHEMA_VERSION,
            "dataset": self.dataset,
            "protocol": self.protocol,
            "users": self.users,
            "folds": self.folds,
            "categories": self.categories,
            "wanted_per_user": round(self.wanted_per_user, DECIMALS),
            "skipped": [asdict(skipped) for skipped in self.skipped],
            "ks": self.ks.tolist(),
            "headline_k": self.headline_k,
            "reference": self.reference,
            "bootstrap": {"draws": self.draws, "seed": self.seed, "level": LEVEL},
            "methods": [
                {
                    "name": method.name,
                    "title": method.title,
                    "note": method.note,
                    **scores_json(method.scores, self.estimates[method.name]),
                }
                for method in self.methods
            ],
            "provenance": asdict(self.provenance),
        }

    def _column(self, metric: str, k: int | None) -> int:
        if metric == "r_precision":
            return 0
        found = np.flatnonzero(self.ks == (self.headline_k if k is None else k))
        if len(found) == 0:
            raise DataError(f"nothing was scored at k = {k}, only at {self.ks.tolist()}")
        return int(found[0])
