"""What is shown of a user and what is asked: the three protocols.

observed        all items are shown, the target is the union of their categories (the paper's; the answer is in
                the input, a perfect item classifier scores 1.0)
held-out        the earlier half is shown, the target is the union over the later half
new-interests   as held-out, but only categories that the shown half does not have count
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from visualtaste.config import Learned, Protocol
from visualtaste.data.splits import owned_categories
from visualtaste.errors import EmptySetError
from visualtaste.types import Bool, Float64, Int64, Ragged, offsets_of

_CHUNK = 4096  # users whose (U, D) targets are in memory at a time


@dataclass(frozen=True, eq=False)
class Questions:
    """One question a user: the items shown, the categories wanted, the categories that count."""

    shown: Ragged  # rows of items, ragged (U, ·)
    target: Bool  # (U, D)
    scored: Bool | None = None  # (U, D); None: all

    def __len__(self) -> int:
        return len(self.shown)


def taught_for(protocol: Protocol) -> Learned:
    """What is learned to answer a protocol: new interests are asked of what learned the held-out one."""
    return "observed" if protocol == "observed" else "held-out"


def ask(protocol: Protocol, user_items: Ragged, item_categories: Ragged, width: int) -> Questions:
    """Make each user's question (`user_items` earliest first).

    Raises EmptySetError when a user has no item to show. Held-out shows ceil(n / 2) of n items, so a user
    with a single item has an empty target: such users are the caller's to count and leave out.
    """
    empty = np.flatnonzero(user_items.lengths == 0)
    if len(empty):
        raise EmptySetError(f"user in row {empty[0]} has no items to show")
    if protocol == "observed":
        return Questions(user_items, owned_categories(user_items, item_categories, width))
    shown, later = cut(user_items, (user_items.lengths + 1) // 2)
    target = owned_categories(later, item_categories, width)
    if protocol == "held-out":
        return Questions(shown, target)
    new = ~owned_categories(shown, item_categories, width)
    return Questions(shown, target & new, scored=new)


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


def cut(rows: Ragged, heads: Int64) -> tuple[Ragged, Ragged]:
    """Divide each row after its first `heads` (U,) values."""
    position = np.arange(len(rows.values)) - np.repeat(rows.offsets[:-1], rows.lengths)
    head = position < np.repeat(heads, rows.lengths)
    return (
        Ragged(rows.values[head], offsets_of(heads)),
        Ragged(rows.values[~head], offsets_of(rows.lengths - heads)),
    )
