"""Who bought what when, in rows of the index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from visualtaste.types import Float64, Int64, Ragged

if TYPE_CHECKING:
    from visualtaste.data.dataset import Dataset


@dataclass(frozen=True, eq=False)
class Purchases:
    """Each user's items that the index has, earliest first, and when they were bought."""

    sets: Ragged  # (U, ·) rows of the index
    seconds: Float64  # one for each value of `sets`, NaN where it is not known

    @classmethod
    def of(cls, dataset: Dataset, kept: Int64) -> Purchases:
        """All users' purchases, in the order of `Dataset.user_ids`; `kept` are the data set's rows in the index."""
        place = np.full(len(dataset.items), -1)
        place[kept] = np.arange(len(kept))
        everyone = dataset.user_items
        rows = place[everyone.values]
        times = dataset.interactions.sort("user_id", "timestamp", "item_id", nulls_last=True)["timestamp"]
        inside = rows >= 0
        return cls(Ragged(rows, everyone.offsets).keep(inside), times.cast(float).to_numpy()[inside])

    def of_users(self, users: Int64) -> Purchases:
        """Those of the given users."""
        positions = Ragged(np.arange(len(self.sets.values)), self.sets.offsets).take(users)
        return Purchases(Ragged(self.sets.values[positions.values], positions.offsets), self.seconds[positions.values])
