"""Items that the same people bought (item-based collaborative filtering, Sarwar et al., WWW 2001)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from visualtaste.types import Float32, Int64, Ragged, offsets_of

NEIGHBOURS = 50

# Two items that one person bought are no pattern yet: this is added to the cosine's denominator.
_SHRINKAGE = 3.0


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Of each item, those most often bought with it, and how strongly."""

    rows: Ragged  # (N, ·) at most 50 each, strongest first
    strengths: Ragged  # (N, ·) float32

    @classmethod
    def of(cls, users: Ragged, items: int) -> Neighbours:
        """From the items (rows, distinct) of each training user: common buyers / (sqrt(buyers * buyers) + 3)."""
        first, second = _pairs(users)
        pairs, together = np.unique(first * items + second, return_counts=True)
        first, second = pairs // items, pairs % items
        buyers = np.bincount(users.values, minlength=items)
        strengths = together / (np.sqrt(buyers[first] * buyers[second]) + _SHRINKAGE)
        order = np.lexsort((second, -strengths, first))
        first, second, strengths = first[order], second[order], strengths[order]
        starts = offsets_of(np.bincount(first, minlength=items).astype(np.int64))
        kept = np.arange(len(first)) - starts[first] < NEIGHBOURS
        lengths = np.bincount(first[kept], minlength=items).astype(np.int64)
        offsets = offsets_of(lengths)
        return cls(Ragged(second[kept], offsets), Ragged(strengths[kept].astype(np.float32), offsets))

    def near(self, rows: Int64) -> tuple[Int64, Float32]:
        """All neighbours of the given items and their strengths; one of several items comes several times."""
        return self.rows.take(rows).values, self.strengths.take(rows).values


def _pairs(users: Ragged) -> tuple[Int64, Int64]:
    """All ordered pairs of two items of one user."""
    lengths = users.lengths
    per_item = np.repeat(lengths, lengths)  # how many items the owner of each item has
    first = np.repeat(users.values, per_item)
    starts = offsets_of(per_item)
    source = np.arange(starts[-1]) - np.repeat(starts[:-1] - np.repeat(users.offsets[:-1], lengths), per_item)
    second = users.values[source]
    different = first != second
    return first[different], second[different]
