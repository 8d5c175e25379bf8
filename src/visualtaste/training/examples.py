"""Training examples of stage 2: who can be asked at all, and a new random question from the same user every epoch."""

from __future__ import annotations

import numpy as np

from visualtaste.config import Learned
from visualtaste.data.protocols import Questions, cut
from visualtaste.data.splits import owned_categories
from visualtaste.types import Int64, Ragged, offsets_of


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
