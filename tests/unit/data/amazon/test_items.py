from __future__ import annotations

import polars as pl

from visualtaste.data.amazon.items import Seen
from visualtaste.data.ids import IdTypes


def test_an_id_is_new_once_in_all_batches_of_a_file() -> None:
    kinds, seen = IdTypes(), Seen()
    batches = [["a", "b", "a"], ["b", "c"], [], ["d", "a", "d"]]
    tables = [pl.DataFrame({"item_id": batch}, schema={"item_id": pl.String}) for batch in batches]
    new = [seen.first_time(kinds.encoded(table)["item_id"]).tolist() for table in tables]
    assert new == [[True, True, False], [False, True], [], [True, False, False]]
