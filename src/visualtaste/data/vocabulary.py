"""Which categories a dataset speaks of: those with enough items, the most frequent first."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl


def tidy(categories: pl.Expr) -> pl.Expr:
    """Lists of names without outer blanks, empty names and repetitions; a missing list becomes an empty one."""
    name = pl.element().str.strip_chars()
    names = categories.list.eval(name.filter(name.is_not_null() & (name != "")))
    return names.list.unique(maintain_order=True).fill_null([])


def count_categories(items: pl.DataFrame) -> pl.DataFrame:
    """Columns `category` and `items`, how many items have it: the most frequent first, ties by name."""
    return (
        items.select(pl.col("categories").explode().alias("category").drop_nulls())
        .group_by("category")
        .agg(pl.len().alias("items"))
        .sort("items", "category", descending=[True, False])
    )


def only(categories: pl.Expr, names: Sequence[str]) -> pl.Expr:
    """Lists of names restricted to the given ones, in their old order."""
    return categories.list.eval(pl.element().filter(pl.element().is_in(list(names))))
