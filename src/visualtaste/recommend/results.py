"""What a person gets: items, with what each one's score is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from visualtaste.errors import DataError
from visualtaste.inference.interests import SkippedPhoto
from visualtaste.recommend.explain import ItemExplanation


@dataclass(frozen=True)
class Recommendation:
    """One item. `parts` are the weighted parts of its score, which they sum up to: see `Query.parts`."""

    item_id: str
    title: str | None
    categories: tuple[str, ...]
    score: float
    parts: dict[str, float]


@dataclass(frozen=True)
class Recommendations:
    """Items, best first, and what they were read from."""

    items: tuple[Recommendation, ...]
    photos: tuple[str, ...]  # names of the photos that were read
    known: tuple[str, ...]  # ids of the items of the index that the person has, given or recognised
    skipped: tuple[SkippedPhoto, ...] = ()
    unphotographed: tuple[str, ...] = ()  # those of `known` that no photo shows, read from the index instead
    explained: Callable[[], tuple[ItemExplanation, ...]] | None = field(default=None, repr=False, compare=False)

    @property
    def shown(self) -> tuple[str, ...]:
        """Everything that the recommendation was read from: the photos' names, then the ids of `unphotographed`."""
        return self.photos + self.unphotographed

    def explain(self, item: Recommendation) -> ItemExplanation:
        """Why the item has its score: how much each thing, in the order of `shown`, adds to it.

        All items are computed at the first call. Raises DataError when the item is not one of these.
        """
        if item not in self.items:
            raise DataError(f"item {item.item_id!r} is none of the {len(self.items)} that were recommended")
        return self._explanations[self.items.index(item)]

    @cached_property
    def _explanations(self) -> tuple[ItemExplanation, ...]:
        if self.explained is None:
            raise DataError("these recommendations came without what would explain them")
        return self.explained()

    def __getstate__(self) -> dict[str, object]:
        """What is pickled: the answer without the way back to the model that gave it."""
        return {**self.__dict__, "explained": None}

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Recommendation]:
        return iter(self.items)
