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


@dataclass(frozen=True, eq=False)
class Interests:
    """All categories, most probable first, equal ones in the order of the vocabulary.

    They are ranked when somebody looks: to make a thousand of them takes as long as a network on some photos.
    """

    categories: tuple[str, ...] = field(repr=False)  # (D,), in the model's order
    probabilities: Float32  # (D,), in the same order
    photos: tuple[SeenPhoto, ...]  # in the order given
    skipped: tuple[SkippedPhoto, ...] = ()
    attribute: Callable[[], Attribution] | None = field(default=None, repr=False)

    @cached_property
    def ranked(self) -> tuple[Interest, ...]:
        """All interests (D,)."""
        return self.top(len(self))

    def __len__(self) -> int:
        return len(self.categories)

    def __iter__(self) -> Iterator[Interest]:
        return iter(self.ranked)

    def __eq__(self, other: object) -> bool:
        """Whether both say the same of the same photos; why is not asked."""
        if not isinstance(other, Interests):
            return NotImplemented
        return (self.ranked, self.photos, self.skipped) == (other.ranked, other.photos, other.skipped)

    def __hash__(self) -> int:
        return hash((self.ranked, self.photos, self.skipped))

    def top(self, count: int) -> tuple[Interest, ...]:
        """The `count` most probable interests, or all when there are fewer; ties go to the lower category index."""
        first = np.argsort(-self.probabilities, kind="stable")[: max(count, 0)]
        names = map(self.categories.__getitem__, first.tolist())
        return tuple(map(Interest._make, zip(names, self.probabilities[first].tolist(), strict=True)))

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
