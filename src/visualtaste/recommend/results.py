"""What a person gets: items, with what each one's score is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from visualtaste.inference.interests import SkippedPhoto


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

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Recommendation]:
        return iter(self.items)
