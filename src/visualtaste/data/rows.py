"""The first filters of an importer: rows that say nothing, or say again what another row says.

An id is given when it is neither null nor an empty text. Of items with one id the first row stays; of rows with
one user and item the earliest, where a known time comes before an unknown one and the file's order decides the rest.
"""

from __future__ import annotations

import polars as pl

from visualtaste.data.ledger import Ledger
from visualtaste.data.vocabulary import tidy


def clean_rows(ledger: Ledger) -> None:
    """Remove nameless and doubled items, then nameless, unknown and doubled interactions; tidy the categories."""
    _clean_items(ledger)
    _clean_interactions(ledger)


def _clean_items(ledger: Ledger) -> None:
    items = ledger.items.with_columns(tidy(pl.col("categories")))
    named = items.filter(_given("item_id"))
    ledger.keep_items("ids", "item without an item_id", named, _rows_of(items, ~_given("item_id")))
    first = named.unique("item_id", keep="first", maintain_order=True)
    doubled = named.filter(pl.col("item_id").is_duplicated())["item_id"].unique(maintain_order=True)
    ledger.keep_items("duplicates", "item_id appeared before; its first row stays", first, doubled)


def _clean_interactions(ledger: Ledger) -> None:
    interactions = ledger.interactions
    named = interactions.filter(_given("user_id") & _given("item_id"))
    unnamed = _rows_of(interactions, ~(_given("user_id") & _given("item_id")))
    ledger.keep_interactions("ids", "interaction without a user_id or item_id", named, unnamed)
    known = named.join(ledger.items, on="item_id", how="semi", maintain_order="left")
    unknown = named.join(ledger.items, on="item_id", how="anti")["item_id"].unique(maintain_order=True)
    ledger.keep_interactions("unknown items", "interaction with an item_id that is not among the items", known, unknown)
    # a stable sort: of rows with one time, or without a time, the first in the file stays
    earliest = known.sort("timestamp", nulls_last=True, maintain_order=True).unique(
        ["user_id", "item_id"], keep="first", maintain_order=True
    )
    again = known.filter(pl.struct("user_id", "item_id").is_duplicated())
    pairs = again.select(pl.format("user {}, item {}", "user_id", "item_id")).to_series().unique(maintain_order=True)
    ledger.keep_interactions("duplicates", "the user has the item already; the earliest row stays", earliest, pairs)


def _given(column: str) -> pl.Expr:
    return pl.col(column).is_not_null() & (pl.col(column) != "")


def _rows_of(table: pl.DataFrame, condition: pl.Expr) -> list[str]:
    """Where the first rows that meet a condition stand in the file; row 1 is the first below the header."""
    return [f"row {row + 1}" for row in table.select(condition.arg_true()).to_series().head(5)]
