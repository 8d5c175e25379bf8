from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from visualtaste.data.ids import PAIR, IdTypes, codes, decoded, ranks

ROWS = st.lists(st.tuples(st.text("ab\u00e9Z", max_size=3), st.text("xy", max_size=2)), min_size=1, max_size=20)


def table(rows: list[tuple[str, str]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"user_id": pl.String, "item_id": pl.String}, orient="row")


@settings(deadline=None)
@given(ROWS)
def test_codes_stand_for_ids(rows: list[tuple[str, str]]) -> None:
    plain = table(rows)
    encoded = IdTypes().encoded(plain)
    assert decoded(encoded).equals(plain)
    users, items = codes(encoded["user_id"]), codes(encoded["item_id"])
    pairs = encoded.select(PAIR.alias("pair"))["pair"]
    for one, row in enumerate(rows):
        for other, another in enumerate(rows):
            assert (users[one] == users[other]) == (row[0] == another[0])
            assert (items[one] == items[other]) == (row[1] == another[1])
            assert (pairs[one] == pairs[other]) == (row == another)


@settings(deadline=None)
@given(ROWS)
def test_ranks_sort_as_the_ids_do(rows: list[tuple[str, str]]) -> None:
    ids = IdTypes().encoded(table(rows))["user_id"]
    assert decoded(ids.to_frame().sort(ranks(ids)))["user_id"].to_list() == sorted(user for user, _ in rows)


def test_an_id_keeps_its_code_when_its_column_is_gone() -> None:
    ids = IdTypes()
    seen = [codes(ids.encoded(table([(user, "x")]))["user_id"])[0] for user in ("a", "b", "a", "c")]
    assert seen == [0, 1, 0, 2]


def test_tables_of_one_import_share_their_codes() -> None:
    ids = IdTypes()
    log, items = ids.encoded(table([("a", "x"), ("a", "y")])), ids.encoded(pl.DataFrame({"item_id": ["y", None]}))
    assert log.join(items, on="item_id", how="semi").select("item_id").to_series().to_list() == ["y"]
    assert codes(items["item_id"].head(1)).tolist() == [1]
    assert ids.encoded(log).equals(log)
    assert len(ranks(log["user_id"].head(0))) == 0
