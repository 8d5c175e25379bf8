"""Which photos an interest is because of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from visualtaste.inference.explain.attribution import Attribution, Method

MOST_NAMED = 3


@dataclass(frozen=True)
class Explanation:
    """Why one category is as likely as it is: `base` and all contributions add up to `logit`.

    `contributions` has one number a photo, in the photos' order; above 0 speaks for the category. All are logits: 0.69
    doubles the odds. `uncertainty` is the largest standard error of a contribution, 0 where they are exact.
    """

    category: str
    method: Method
    logit: float
    base: float
    contributions: tuple[float, ...]
    uncertainty: float

    @classmethod
    def of(cls, attribution: Attribution, column: int, category: str) -> Explanation:
        """The explanation of one category, which has the given column."""
        return cls(
            category=category,
            method=attribution.method,
            logit=float(attribution.logits[column]),
            base=float(attribution.base[column]),
            contributions=tuple(attribution.contributions[:, column].tolist()),
            uncertainty=float(attribution.uncertainty[:, column].max()),
        )

    @property
    def because(self) -> tuple[int, ...]:
        """The positions (from 0) of the photos that this interest is mostly because of; see the function."""
        return because(self.contributions)

    @property
    def in_words(self) -> str:
        """`because` for people, who count from 1: "photos 2 and 7"."""
        return photos_in_words(self.because, len(self.contributions))


def because(contributions: Sequence[float]) -> tuple[int, ...]:
    """Positions of the photos that speak for a category at least half as much as the one that does most, largest first.

    None where the photos as a whole make the category less likely than it was before.
    """
    return strongest(contributions) if np.sum(contributions) > 0 else ()


def strongest(contributions: Sequence[float]) -> tuple[int, ...]:
    """Positions of those that add at least half as much as the one that adds most, largest first; none below 0."""
    values = np.asarray(contributions, dtype=np.float64)
    if values.max(initial=0) <= 0:
        return ()
    largest = np.argsort(-values, kind="stable")
    return tuple(largest[values[largest] >= 0.5 * values.max()].tolist())


def photos_in_words(positions: Sequence[int], count: int, noun: str = "photo") -> str:
    """Of `count` photos, as people count: "photo 2", "photos 2 and 7", "photos 1, 2, 7 and 3 more", "all 9 photos".

    Of more than three the first three are named, in the order of the photos.
    """
    if not positions:
        return f"no {noun}"
    if len(positions) == count > MOST_NAMED:
        return f"all {count} {noun}s"
    named = [str(position + 1) for position in sorted(positions[:MOST_NAMED])]
    if len(positions) > MOST_NAMED:
        named.append(f"{len(positions) - MOST_NAMED} more")
    if len(named) == 1:
        return f"{noun} {named[0]}"
    return f"{noun}s {', '.join(named[:-1])} and {named[-1]}"
