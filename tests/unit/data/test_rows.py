"""The first filters: nameless, doubled and unknown rows."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from support.raw_tables import curated, raw_interactions, raw_items, removed, step

A = {"a": ["x"], "b": ["x"], "c": ["y"]}


def test_clean_tables_lose_nothing(tmp_path: Path) -> None:
    dataset = curated(raw_items(A), raw_interactions([("u", "a", 1), ("u", "b", 2)]), tmp_path)
    assert removed(dataset) == {}
    assert dataset.items["item_id"].to_list() == ["a", "b", "c"]  # nobody bought c, and it stays
    assert dataset.interactions.rows() == [("u", "a", 1), ("u", "b", 2)]


def test_rows_without_ids(tmp_path: Path) -> None:
    items = pl.concat([raw_items({"": ["x"]}), raw_items(A), raw_items({"q": ["x"]}).with_columns(item_id=None)])
    log = raw_interactions([("u", "a"), (None, "a"), ("", "a"), ("u", None), ("u", "")])
    dataset = curated(items, log, tmp_path)
    assert step(dataset, "ids", "item without").removed_items == 2
    assert step(dataset, "ids", "item without").examples == ("row 1", "row 5")
    assert step(dataset, "ids", "interaction").removed_interactions == 4
    assert step(dataset, "ids", "interaction").examples == ("row 2", "row 3", "row 4", "row 5")
    assert step(dataset, "ids", "interaction").removed_users == 2  # the null one and the empty one


def test_of_doubled_items_the_first_row_stays(tmp_path: Path) -> None:
    items = pl.concat([raw_items({"b": ["first"]}), raw_items({"a": ["x"]}), raw_items({"b": ["second"]})])
    dataset = curated(items, raw_interactions([("u", "a"), ("u", "b")]), tmp_path)
    assert step(dataset, "duplicates", "item_id").removed_items == 1
    assert step(dataset, "duplicates", "item_id").removed_interactions == 0
    assert step(dataset, "duplicates", "item_id").examples == ("b",)
    assert dataset.items.rows_by_key("item_id")["b"][0][-1] == ["first"]


def test_interactions_with_unknown_items(tmp_path: Path) -> None:
    log = raw_interactions([("u", "a"), ("u", "zzz"), ("v", "zzz")])
    dataset = curated(raw_items(A), log, tmp_path)
    unknown = step(dataset, "unknown items")
    assert (unknown.removed_interactions, unknown.removed_users, unknown.examples) == (2, 1, ("zzz",))


def test_of_doubled_pairs_the_earliest_stays(tmp_path: Path) -> None:
    log = raw_interactions(
        [("u", "a", None), ("u", "a", 7), ("u", "b", 3), ("u", "a", 5), ("v", "a", None), ("v", "a")]
    )
    dataset = curated(raw_items(A), log, tmp_path)
    assert step(dataset, "duplicates", "user").removed_interactions == 3
    assert step(dataset, "duplicates", "user").examples == ("user u, item a", "user v, item a")
    assert dataset.interactions.rows() == [("u", "b", 3), ("u", "a", 5), ("v", "a", None)]


def test_categories_are_tidied(tmp_path: Path) -> None:
    dataset = curated(raw_items({"a": [" x", "x", "", "y"]}), raw_interactions([("u", "a")]), tmp_path)
    assert dataset.items["categories"].to_list() == [["x", "y"]]
    assert dataset.categories == ("x", "y")
