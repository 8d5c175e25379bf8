"""What a person gets: interests ranked, with the photos that they were read from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np

from visualtaste.errors import DataError, nearest
from visualtaste.inference.explain.attribution import Attribution
from visualtaste.inference.explain.weighing import Explanation
from visualtaste.types import Float32


class Interest(NamedTuple):
    """One category and the probability that the person wants it; a tuple, since a thousand are made for an answer."""

    category: str
    probability: float


@dataclass(frozen=True)
class SeenPhoto:
    """A photo that was read, and its share of the attention; the shares of a set sum to 1."""

    name: str
    attention: float


@dataclass(frozen=True)
class SkippedPhoto:
    """A photo that could not be read, why in a word (see ImageError) and in a sentence."""

    name: str
    reason: str
    message: str


@dataclass(frozen=True)
class Interests:
    """All categories, most probable first, equal ones in the order of the vocabulary."""

    ranked: tuple[Interest, ...]  # (D,)
    photos: tuple[SeenPhoto, ...]  # in the order given
    skipped: tuple[SkippedPhoto, ...] = ()
    categories: tuple[str, ...] = field(default=(), repr=False, compare=False)  # (D,), in the model's order
    attribute: Callable[[], Attribution] | None = field(default=None, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.ranked)

    def __iter__(self) -> Iterator[Interest]:
        return iter(self.ranked)

    def top(self, count: int) -> tuple[Interest, ...]:
        """The `count` most probable interests, or all when there are fewer."""
        return self.ranked[: max(count, 0)]

    def __getstate__(self) -> dict[str, object]:
        """What is pickled: the answer without the way back to the model that gave it."""
        return {**self.__dict__, "attribute": None}

    def explain(self, category: str) -> Explanation:
        """Why the category is as likely as it is: how much each photo, in the order of `photos`, contributed.

        All categories are computed at the first call. Raises DataError when there is no such category.
        """
        if category not in self.categories:
            raise DataError(f"there is no category {category!r}{nearest(category, self.categories)}")
        return Explanation.of(self.attribution, self.categories.index(category), category)

    @cached_property
    def attribution(self) -> Attribution:
        """Contributions of all photos to all categories, as arrays in the order of `categories`."""
        if self.attribute is None:
            raise DataError("these interests came without what would explain them")
        return self.attribute()


def rank(categories: tuple[str, ...], probabilities: Float32) -> tuple[Interest, ...]:
    """The categories (D,) by falling probability (D,); ties go to the lower category index."""
    order = np.argsort(-probabilities, kind="stable")
    names = map(categories.__getitem__, order.tolist())
    return tuple(map(Interest._make, zip(names, probabilities[order].tolist(), strict=True)))
