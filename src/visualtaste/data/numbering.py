"""From ids and names to row numbers, without the tables in memory: they are lazy, and only what is asked for is read.

`items` and `interactions` have the columns of a dataset folder (see `visualtaste.data.dataset`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from visualtaste.errors import DataError
from visualtaste.types import Int64, Ragged, offsets_of

_ITEMS_AT_ONCE = 2**18  # the rows that polars puts into one group of a Parquet file


def collect(table: pl.LazyFrame) -> pl.DataFrame:
    """The table in memory, read in pieces on the way; raises DataError when a file is gone or not readable."""
    try:
        return table.collect(engine="streaming")
    except FileNotFoundError as error:
        raise DataError(f"a table is gone since the dataset was opened: {error}") from None
    except pl.exceptions.PolarsError as error:
        raise DataError(f"a table is not readable as Parquet: {error}") from None


def check_references(items: pl.LazyFrame, interactions: pl.LazyFrame, vocabulary: Sequence[str]) -> None:
    """Raise DataError unless ids and pairs are unique, and every named item and category exists."""
    ids = collect(items.select("item_id"))["item_id"]
    if ids.n_unique() < len(ids):
        raise DataError(f"item_id {ids.filter(ids.is_duplicated())[0]!r} appears more than once")
    pairs = collect(_numbered(items, interactions).select("user", "row"))
    if pairs["row"].null_count():
        stray = collect(interactions.select("item_id").join(items.select("item_id"), on="item_id", how="anti"))
        raise DataError(f"an interaction names the unknown item {stray['item_id'][0]!r}")
    keys = np.sort(pairs["user"].to_numpy().astype(np.uint64) << np.uint64(32) | pairs["row"].to_numpy())
    if (keys[1:] == keys[:-1]).any():
        doubled = collect(interactions.select("user_id", "item_id")).filter(pl.struct(pl.all()).is_duplicated())
        user, item = doubled.row(0)
        raise DataError(f"user_id {user!r}, item_id {item!r} appears more than once")
    named = collect(items.select(pl.col("categories").explode().unique()))["categories"].drop_nulls()
    unlisted = set(named) - set(vocabulary)
    if unlisted:
        raise DataError(f"category {min(unlisted)!r} is not in the vocabulary of dataset.json")


def users(interactions: pl.LazyFrame) -> pl.LazyFrame:
    """All users in the order of their ids: user_id, user (its place in it)."""
    return interactions.select(pl.col("user_id").unique().sort()).with_row_index("user")


def items_of_users(items: pl.LazyFrame, interactions: pl.LazyFrame) -> Ragged:
    """Rows of each user's items, earliest first; equal times are ordered by item id: ragged (U, ·)."""
    ordered = _numbered(items, interactions).sort("user", "timestamp", "item_id", nulls_last=True)
    table = collect(ordered.select("user", "row"))
    lengths: Int64 = np.bincount(table["user"].to_numpy())
    return Ragged(table["row"].to_numpy().astype(np.int64), offsets_of(lengths))


def labels_of_items(items: pl.LazyFrame, vocabulary: Sequence[str]) -> Ragged:
    """Indices into `vocabulary` of each item's categories, ascending; other categories are left out: ragged (N, ·)."""
    index = pl.LazyFrame(
        {"categories": vocabulary, "index": np.arange(len(vocabulary))},
        schema={"categories": pl.String, "index": pl.Int64},
    )
    count = collect(items.select(pl.len())).item()
    values, lengths = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for start in range(0, count, _ITEMS_AT_ONCE):
        some = items.select("categories").slice(start, _ITEMS_AT_ONCE).with_row_index("row")
        pairs = collect(
            some.explode("categories")
            .join(index, on="categories", how="inner")
            .select("row", "index")
            .unique()
            .sort("row", "index")
        )
        values.append(pairs["index"].to_numpy())
        lengths.append(np.bincount(pairs["row"].to_numpy(), minlength=min(_ITEMS_AT_ONCE, count - start)))
    return Ragged(np.concatenate(values), offsets_of(np.concatenate(lengths)))


def _numbered(items: pl.LazyFrame, interactions: pl.LazyFrame) -> pl.LazyFrame:
    """The interactions with the numbers of their user and of their item's row, which is null for an unknown item."""
    rows = items.select("item_id").with_row_index("row")
    return interactions.join(rows, on="item_id", how="left").join(users(interactions), on="user_id")
