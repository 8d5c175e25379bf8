"""The first filters of an importer: rows that say nothing, or say again what another row says.

An id is given when it is neither null nor an empty text. Of items with one id the first row stays; of rows with
one user and item the earliest, where a known time comes before an unknown one and the file's order decides the rest.
"""

from __future__ import annotations

import polars as pl

from visualtaste.data.ids import PAIR
from visualtaste.data.ledger import Ledger
from visualtaste.data.vocabulary import tidy


def clean_rows(ledger: Ledger) -> None:
    """Tidy the categories; remove rows without ids, doubled items, unknown and doubled interactions, in this order."""
    ledger.items = ledger.items.with_columns(tidy(pl.col("categories")))
    _drop_nameless(ledger)
    _drop_doubled_items(ledger)
    _drop_unknown(ledger)
    _drop_doubled_pairs(ledger)


def _drop_nameless(ledger: Ledger) -> None:
    log, named = ledger.interactions, _given("user_id") & _given("item_id")
    ledger.keep_interactions("ids", "interaction without a user_id or item_id", named, _rows_of(log, ~named))
    items, named = ledger.items, _given("item_id")
    ledger.keep_items("ids", "item without an item_id", named, _rows_of(items, ~named))


def _drop_doubled_items(ledger: Ledger) -> None:
    ids = pl.col("item_id")
    doubled = ledger.items.filter(ids.is_duplicated())["item_id"].unique(maintain_order=True)
    ledger.keep_items("duplicates", "item_id appeared before; its first row stays", ids.is_first_distinct(), doubled)


def _drop_unknown(ledger: Ledger) -> None:
    log = ledger.interactions
    known = pl.col("item_id").is_in(ledger.items["item_id"].implode())
    unknown = log.filter(~known)["item_id"].unique(maintain_order=True)
    ledger.keep_interactions("unknown items", "interaction with an item_id that is not among the items", known, unknown)


def _drop_doubled_pairs(ledger: Ledger) -> None:
    log = ledger.interactions
    # the sort is stable: of rows with one time, or without a time, the first in the file stays
    ledger.interactions = log.sort("timestamp", nulls_last=True, maintain_order=True)
    first = ledger.interactions.select(PAIR.is_first_distinct()).to_series()
    doubled = log.filter(PAIR.is_in(ledger.interactions.filter(~first).select(PAIR.unique()).to_series().implode()))
    examples = (
        doubled.select(pl.format("user {}, item {}", "user_id", "item_id")).to_series().unique(maintain_order=True)
    )
    reason = "the user has the item already; the earliest row stays"
    ledger.keep_interactions("duplicates", reason, pl.lit(first), examples)


def _given(column: str) -> pl.Expr:
    return pl.col(column).is_not_null() & (pl.col(column) != "")


def _rows_of(table: pl.DataFrame, condition: pl.Expr) -> list[str]:
    """Where the first rows that meet a condition stand in the file; row 1 is the first below the header."""
    return [f"row {row + 1}" for row in table.select(condition.arg_true()).to_series().head(5)]
