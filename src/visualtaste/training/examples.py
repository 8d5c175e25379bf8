"""Training examples of stage 2: who can be asked at all, and a new random question from the same user every epoch."""

from __future__ import annotations

from typing import Literal

import numpy as np

from visualtaste.data.protocols import Questions, ask, cut
from visualtaste.data.splits import owned_categories
from visualtaste.types import Float64, Int64, Ragged, offsets_of

Learned = Literal["observed", "held-out"]

_CHUNK = 4096  # users whose (U, D) targets are in memory at a time


def answerable(protocol: Learned, users: Ragged, item_categories: Ragged, width: int) -> tuple[Ragged, Float64]:
    """The users whose full question has an answer, and the share of them whose answer has each category (width,).

    Left out are users whose asked items have no category and, held-out, users with a single item.
    Raises EmptySetError when a user has no items at all.
    """
    kept: list[Int64] = []
    counts = np.zeros(width, dtype=np.int64)
    for start in range(0, len(users), _CHUNK):
        rows = np.arange(start, min(start + _CHUNK, len(users)))
        target = ask(protocol, users.take(rows), item_categories, width).target
        kept.append(rows[target.any(axis=1)])
        counts += target.sum(axis=0)
    rows = np.concatenate(kept) if kept else np.empty(0, dtype=np.int64)
    return users.take(rows), counts / max(1, len(rows))


def draw(
    protocol: Learned, users: Ragged, item_categories: Ragged, width: int, random: np.random.Generator
) -> Questions:
    """One random question a user, where `protocols.ask` asks the full one; users' items come earliest first.

    observed: a random non-empty subset is shown, its size uniform over 1..n, and its own categories are wanted.
    held-out: the items are cut in time at a point uniform over 1..n-1, for which a user needs two items.
    """
    if protocol == "observed":
        shown = random_subsets(users, random)
        return Questions(shown, owned_categories(shown, item_categories, width))
    shown, later = cut(users, random.integers(1, users.lengths))
    return Questions(shown, owned_categories(later, item_categories, width))


def random_subsets(rows: Ragged, random: np.random.Generator) -> Ragged:
    """A random non-empty subset of each row, in the row's order; no row may be empty."""
    sizes: Int64 = random.integers(1, rows.lengths, endpoint=True)
    # Shuffle each row among itself: whole part of the key the row, fraction random. Then keep the first few of each.
    shuffled = np.argsort(rows.segments + random.random(len(rows.values)))
    position = np.arange(len(rows.values)) - np.repeat(rows.offsets[:-1], rows.lengths)
    kept = np.sort(shuffled[position < np.repeat(sizes, rows.lengths)])
    return Ragged(rows.values[kept], offsets_of(sizes))
