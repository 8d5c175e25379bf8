"""A few users as a report shows them: their photos, what was predicted, what they really wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from visualtaste.data.locations import Location
from visualtaste.inference.explain.weighing import because, photos_in_words
from visualtaste.metrics.user_scores import UserScores
from visualtaste.types import Bool, Float32, Float64, Int64

# As many predictions as the headline k counts.
PREDICTED = 15

# How `pick_users` chose, said to readers.
PICKED = "Chosen at even steps of F1 among all test users, best served first; not by hand."


@dataclass(frozen=True)
class Photo:
    """A product's photo, None when it has none, and what it is called."""

    path: Location | None
    title: str = ""


@dataclass(frozen=True)
class ShownPhoto(Photo):
    """A photo that the model saw, and the share of its attention that the photo got."""

    attention: float = 0.0


@dataclass(frozen=True)
class Predicted:
    """One of the first predicted categories, its calibrated probability, and whether it was right.

    `because` says in words which of the shown photos it is because of, counted from 1; empty where nobody asked.
    """

    category: str
    probability: float
    wanted: bool
    because: str = ""


@dataclass(frozen=True)
class Missed:
    """A wanted category that is not among the first predicted, with its place in the ranking (from 1)."""

    category: str
    probability: float
    rank: int


@dataclass(frozen=True)
class UserExample:
    """One user.

    shown      what the model saw, earliest first
    predicted  the first categories of its ranking
    bought     what the user bought later, where the protocol holds that back
    missed     wanted categories that were not predicted, nearest first
    """

    user_id: str
    shown: tuple[ShownPhoto, ...]
    predicted: tuple[Predicted, ...]
    bought: tuple[Photo, ...] = ()
    missed: tuple[Missed, ...] = ()

    @property
    def hits(self) -> int:
        """Predicted categories that were right."""
        return sum(predicted.wanted for predicted in self.predicted)

    @property
    def wanted(self) -> int:
        """Categories that the user wanted."""
        return self.hits + len(self.missed)


def make_example(
    user_id: str,
    shown: Sequence[Photo],
    attention: Float32,
    probabilities: Float32,
    wanted: Bool,
    categories: Sequence[str],
    *,
    scored: Bool | None = None,
    bought: Sequence[Photo] = (),
    contributions: Float64 | None = None,
    predicted: int = PREDICTED,
) -> UserExample:
    """Rank one user's `probabilities` (D,) as `score_users` does and set them against what was `wanted` (D,).

    `attention` has one share for each shown photo; categories that are not `scored` leave the ranking. The
    `contributions` (n, D) of the shown photos to the logits say which of them a category is because of.
    """
    ranking = np.argsort(-probabilities, kind="stable")  # equals: lower index first
    if scored is not None:
        ranking = ranking[scored[ranking]]
    first, rest = ranking[:predicted], ranking[predicted:]
    return UserExample(
        user_id=user_id,
        shown=tuple(
            ShownPhoto(photo.path, photo.title, float(share)) for photo, share in zip(shown, attention, strict=True)
        ),
        predicted=tuple(
            Predicted(categories[i], float(probabilities[i]), bool(wanted[i]), _because(contributions, i))
            for i in first
        ),
        bought=tuple(bought),
        missed=tuple(
            Missed(categories[i], float(probabilities[i]), rank)
            for rank, i in enumerate(rest, start=predicted + 1)
            if wanted[i]
        ),
    )


def _because(contributions: Float64 | None, category: int) -> str:
    if contributions is None:
        return ""
    return photos_in_words(because(contributions[:, category].tolist()), len(contributions))


def pick_users(scores: UserScores, k: int, count: int) -> Int64:
    """Rows of `count` users at even steps of their F1 at k, best first: neither flattering nor chosen by hand.

    With 3 users these are the ones at 5/6, 3/6 and 1/6 of the way from the worst to the best.
    """
    column = int(np.flatnonzero(scores.ks == k)[0])
    order = np.argsort(-scores.f1[:, column], kind="stable")
    count = min(count, len(order))
    steps = ((np.arange(count) + 0.5) / max(count, 1) * len(order)).astype(np.int64)
    picked: Int64 = order[steps]
    return picked
