from __future__ import annotations

import polars as pl

from visualtaste.data.vocabulary import count_categories, only, tidy


def lists(*rows: list[str | None] | None) -> pl.DataFrame:
    return pl.DataFrame({"categories": list(rows)}, schema={"categories": pl.List(pl.String)})


def test_tidy_strips_drops_empty_and_repeated_names() -> None:
    table = lists([" b", "a", "b ", "", "  ", None], None, [])
    assert table.select(tidy(pl.col("categories"))).to_series().to_list() == [["b", "a"], [], []]


def test_the_most_frequent_comes_first_and_ties_go_by_name() -> None:
    counts = count_categories(lists(["z", "b"], ["z", "a"], ["c"], []))
    assert counts.rows() == [("z", 2), ("a", 1), ("b", 1), ("c", 1)]


def test_only_keeps_the_order() -> None:
    table = lists(["c", "b", "a"], ["b"], [])
    assert table.select(only(pl.col("categories"), ["a", "c"])).to_series().to_list() == [["c", "a"], [], []]
    assert table.select(only(pl.col("categories"), [])).to_series().to_list() == [[], [], []]
