"""What the ranking metrics found out about each user, and how users are averaged.

Only counts are kept; every metric is a formula over them, written where it is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from visualtaste.errors import DataError
from visualtaste.types import Float64, Int64

# In the order in which reports show them. The thresholded ones exist only where probabilities were given.
METRICS = ("precision", "recall", "f1", "ndcg", "r_precision")
THRESHOLDED_METRICS = ("thresholded_precision", "thresholded_recall", "thresholded_f1")


@dataclass(frozen=True, eq=False)
class Curves:
    """Precision, recall and F1 over all users, each (n,): one value for every k."""

    precision: Float64
    recall: Float64
    f1: Float64


@dataclass(frozen=True, eq=False)
class Counts:
    """Hits of each user's list, cut at every k.

    listed    (U, n)  entries of the list that count at this k
    hits      (U, n)  those of them that the user wanted
    relevant  (U,)    categories that the user wanted, at least 1

    The first two are fractions where they are means over several lists of the same user (`UserScores.mean_of`).
    """

    listed: Int64 | Float64
    hits: Int64 | Float64
    relevant: Int64

    @cached_property
    def precision(self) -> Float64:
        """hits / listed for each user (U, n); 0 where nothing is listed."""
        return self.hits / _or_one(self.listed)

    @cached_property
    def recall(self) -> Float64:
        """hits / relevant for each user (U, n)."""
        return self.hits / self.relevant[:, None]

    @cached_property
    def f1(self) -> Float64:
        """Harmonic mean of the user's precision and recall (U, n); 0 without a hit.

        Computed as 2 hits / (listed + relevant), which is the same and never divides by 0.
        """
        return 2 * self.hits / (self.listed + self.relevant[:, None])

    def mean(self) -> Curves:
        """Macro average: every user counts the same. F1 is the mean of the users' F1, not the F1 of the means."""
        return Curves(self.precision.mean(axis=0), self.recall.mean(axis=0), self.f1.mean(axis=0))

    def micro(self) -> Curves:
        """Micro average: every listed or wanted category counts the same, so users who want much weigh more.

        precision = sum of hits / sum of listed (0 when nobody has anything listed), recall = sum of hits / sum of
        relevant, F1 = their harmonic mean.
        """
        hits, listed, relevant = self.hits.sum(axis=0), self.listed.sum(axis=0), self.relevant.sum()
        return Curves(hits / _or_one(listed), hits / relevant, 2 * hits / (listed + relevant))


@dataclass(frozen=True, eq=False)
class MeanScores:
    """Means over users, every user counting the same; arrays (n,) hold one value for every k."""

    precision: Float64
    recall: Float64
    f1: Float64
    ndcg: Float64
    r_precision: float
    thresholded: Curves | None


@dataclass(frozen=True, eq=False)
class UserScores:
    """Every metric of every user at every k; made by `score_users`.

    ks           (n,)    the cuts, ascending
    top          hits among the first k; every k lists k entries, also where fewer categories exist
    thresholded  the same, of the first k counting only those whose probability is at least 0.5;
                 None when no probabilities were given
    ndcg         (U, n)  normalised discounted cumulative gain of the first k
    r_precision  (U,)    precision of the first R, where R is the number of categories that the user wanted
    """

    ks: Int64
    top: Counts
    thresholded: Counts | None
    ndcg: Float64
    r_precision: Float64

    def __len__(self) -> int:
        return len(self.r_precision)

    @property
    def relevant(self) -> Int64:
        """Categories that each user wanted (U,)."""
        return self.top.relevant

    @property
    def precision(self) -> Float64:
        """Precision@k = hits / k of each user (U, n)."""
        return self.top.precision

    @property
    def recall(self) -> Float64:
        """Recall@k = hits / relevant of each user (U, n); never falls with k."""
        return self.top.recall

    @property
    def f1(self) -> Float64:
        """F1@k of each user (U, n): harmonic mean of the user's own precision@k and recall@k, 0 without a hit."""
        return self.top.f1

    def per_user(self) -> dict[str, Float64]:
        """Every metric by its name, (U, n); R-precision, which has no k, is (U, 1)."""
        columns = {
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "ndcg": self.ndcg,
            "r_precision": self.r_precision[:, None],
        }
        if self.thresholded is not None:
            columns["thresholded_precision"] = self.thresholded.precision
            columns["thresholded_recall"] = self.thresholded.recall
            columns["thresholded_f1"] = self.thresholded.f1
        return columns

    def mean(self) -> MeanScores:
        """Macro averages. Raises DataError when there is no user."""
        self._require_users()
        curves = self.top.mean()
        return MeanScores(
            precision=curves.precision,
            recall=curves.recall,
            f1=curves.f1,
            ndcg=self.ndcg.mean(axis=0),
            r_precision=float(self.r_precision.mean()),
            thresholded=None if self.thresholded is None else self.thresholded.mean(),
        )

    def micro(self) -> Curves:
        """Micro averages of precision@k, recall@k and F1@k. Raises DataError when there is no user."""
        self._require_users()
        return self.top.micro()

    def thresholded_micro(self) -> Curves | None:
        """Micro averages of the thresholded metrics; None when no probabilities were given."""
        self._require_users()
        return None if self.thresholded is None else self.thresholded.micro()

    @classmethod
    def concat(cls, parts: Sequence[UserScores]) -> UserScores:
        """The users of all parts (folds, batches) one after the other.

        Raises DataError when there is no part, when the parts were cut at different k, or when only some have
        thresholded metrics.
        """
        first, thresholded = _in_accord(parts)
        return cls(
            ks=first.ks,
            top=_concat_counts([part.top for part in parts]),
            thresholded=_concat_counts(thresholded) if thresholded else None,
            ndcg=np.concatenate([part.ndcg for part in parts]),
            r_precision=np.concatenate([part.r_precision for part in parts]),
        )

    @classmethod
    def mean_of(cls, parts: Sequence[UserScores]) -> UserScores:
        """Several models (seeds of one method) asked about the same users: each user's counts averaged over them.

        The plain metrics are linear in the hits (F1 too, being 2 hits / (k + relevant)), so a user's precision,
        recall, F1, nDCG and R-precision are the means of what the models have. The thresholded precision and F1 are
        not, because how much is listed differs: they are those of all the models' lists taken together, hits of all
        over entries of all.

        Raises DataError when there is no part, when the parts were cut at different k or scored on different users,
        or when only some have thresholded metrics.
        """
        first, thresholded = _in_accord(parts)
        for number, part in enumerate(parts):
            if not np.array_equal(part.relevant, first.relevant):
                raise DataError(
                    f"part {number} was scored on other users than part 0: the numbers of categories that they want "
                    "differ, or their order"
                )
        return cls(
            ks=first.ks,
            top=_mean_counts([part.top for part in parts]),
            thresholded=_mean_counts(thresholded) if thresholded else None,
            ndcg=np.mean([part.ndcg for part in parts], axis=0),
            r_precision=np.mean([part.r_precision for part in parts], axis=0),
        )

    def _require_users(self) -> None:
        if len(self) == 0:
            raise DataError("no user was scored, so there is nothing to average")


def _concat_counts(parts: Sequence[Counts]) -> Counts:
    return Counts(
        listed=np.concatenate([part.listed for part in parts]),
        hits=np.concatenate([part.hits for part in parts]),
        relevant=np.concatenate([part.relevant for part in parts]),
    )


def _mean_counts(parts: Sequence[Counts]) -> Counts:
    return Counts(
        listed=np.mean([part.listed for part in parts], axis=0),
        hits=np.mean([part.hits for part in parts], axis=0),
        relevant=parts[0].relevant,
    )


def _in_accord(parts: Sequence[UserScores]) -> tuple[UserScores, list[Counts]]:
    """The first of the parts and the thresholded counts of all (none when they have none), if they go together."""
    if not parts:
        raise DataError("there are no scores to put together")
    first = parts[0]
    for part in parts[1:]:
        if not np.array_equal(part.ks, first.ks):
            raise DataError(f"scores at k = {part.ks.tolist()} do not go with scores at k = {first.ks.tolist()}")
    thresholded = [part.thresholded for part in parts if part.thresholded is not None]
    if 0 < len(thresholded) < len(parts):
        raise DataError("some parts have thresholded metrics and some have not: give probabilities to all or none")
    return first, thresholded


def _or_one(listed: Int64 | Float64) -> Int64 | Float64:
    """A divisor for hits: 1 where nothing is listed, which leaves 0 hits at 0."""
    return np.where(listed > 0, listed, 1)
