"""Ids as codes: while tables are filtered, an id of many letters is a number of four bytes that stands for it.

Polars does the bookkeeping: columns of one categorical type share one list of the ids that were seen, in the order
in which they were first seen, and compare, join and count as numbers.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from visualtaste.types import Int64

# a user's and an item's code as one number
PAIR = pl.col("user_id").to_physical().cast(pl.UInt64) * 2**32 + pl.col("item_id").to_physical()


class IdTypes:
    """The types of the id columns of one import; ids keep their codes for as long as this object lives."""

    def __init__(self) -> None:
        self.user = pl.Categorical(pl.Categories.random())
        self.item = pl.Categorical(pl.Categories.random())
        # Polars forgets the ids of a type when no column of it is left
        self._columns = [pl.Series(dtype=kind) for kind in (self.user, self.item)]

    def encoded(self, table: pl.DataFrame) -> pl.DataFrame:
        """The table with its columns `user_id` and `item_id`, where they are text, as codes."""
        kinds = {"user_id": self.user, "item_id": self.item}
        return table.cast({name: kind for name, kind in kinds.items() if table.schema.get(name) == pl.String})


def decoded(table: pl.DataFrame) -> pl.DataFrame:
    """The table with all its codes as text again."""
    return table.cast({column: pl.String for column, kind in table.schema.items() if isinstance(kind, pl.Categorical)})


def ranks(ids: pl.Series) -> pl.Series:
    """For each id (T,) its place in the alphabet of those that there are: sorts like the ids, only faster."""
    distinct = ids.unique()
    in_order = codes(distinct.gather(distinct.cast(pl.String).arg_sort()))
    places = np.zeros(in_order.max(initial=-1) + 1, dtype=np.uint32)
    places[in_order] = np.arange(len(in_order))
    return pl.Series(places[codes(ids)])


def codes(ids: pl.Series) -> Int64:
    """The numbers (T,) that stand for the given ids, none of which is null."""
    return ids.to_physical().to_numpy().astype("int64")
