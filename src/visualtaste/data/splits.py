"""Which users train, validate and test, by a hash of their ids."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from visualtaste.config import SplitSettings
from visualtaste.errors import DataError
from visualtaste.seeding import unit_hash
from visualtaste.types import Bool, Int64, Ragged

_CHUNK = 4096  # users whose (U, D) categories are in memory at a time


@dataclass(frozen=True, eq=False)
class UserSplit:
    """Rows of `Dataset.user_ids`, each user in exactly one part."""

    train: Int64
    validation: Int64
    test: Int64
    encoder_only: Int64

    @property
    def encoder(self) -> Int64:
        """Users whose items train stage 1: the group set aside for it, or the training users when there is none."""
        return self.encoder_only if len(self.encoder_only) else self.train

    @property
    def learners(self) -> Int64:
        """Whom either stage learns from, sorted."""
        return np.sort(np.concatenate([self.train, self.encoder_only]))


def split_users(user_ids: list[str], settings: SplitSettings) -> UserSplit:
    """Divide the users; a user's part depends on settings and id alone.

    Raises DataError when no user is left to train or to test.
    """
    test_hash = unit_hash(settings.seed, "test", user_ids)
    group_hash = unit_hash(settings.seed, "encoder-only", user_ids)
    validation_hash = unit_hash(settings.seed, "validation", user_ids)

    # both bounds as products, so that one fold ends exactly where the next begins
    low, high = settings.fold * settings.test, (settings.fold + 1) * settings.test
    test = (test_hash >= low) & (test_hash < high)
    encoder_only = ~test & (group_hash < settings.encoder_only)
    validation = ~test & ~encoder_only & (validation_hash < settings.validation)
    train = ~test & ~encoder_only & ~validation
    split = UserSplit(*(np.flatnonzero(part) for part in (train, validation, test, encoder_only)))
    for name, part in (("training", split.train), ("test", split.test)):
        if len(part) == 0:
            raise DataError(f"the split leaves no {name} user among {len(user_ids)} users: change split or data")
    return split


def common_categories(user_items: Ragged, item_categories: Ragged, width: int, max_share: float) -> Int64:
    """Categories owned by more than `max_share` of the given users; they make every method look alike."""
    counts = np.zeros(width, dtype=np.int64)
    for start in range(0, len(user_items), _CHUNK):
        users = user_items.take(np.arange(start, min(start + _CHUNK, len(user_items))))
        counts += owned_categories(users, item_categories, width).sum(axis=0)
    return np.flatnonzero(counts / len(user_items) > max_share)


def owned_categories(sets: Ragged, item_categories: Ragged, width: int) -> Bool:
    """The union of the categories of each set's items, multi-hot (U, width)."""
    labels = item_categories.take(sets.values)
    owned = np.zeros((len(sets), width), dtype=np.bool_)
    owned[np.repeat(sets.segments, labels.lengths), labels.values] = True
    return owned
