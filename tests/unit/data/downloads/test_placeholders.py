from __future__ import annotations

import polars as pl
import pytest

from visualtaste.data.downloads.placeholders import placeholder_digests

# digest "x" has 3 addresses in 2 sets of categories, "y" 3 addresses in one set, "z" 2 addresses and 3 items
ROWS = [
    ("1", "x", ["a"]),
    ("2", "x", ["b"]),
    ("3", "x", ["a"]),
    ("4", "y", ["a", "b"]),
    ("5", "y", ["b", "a"]),
    ("6", "y", ["a", "b"]),
    ("7", "z", ["a"]),
    ("7", "z", ["b"]),
    ("8", "z", ["c"]),
]
PHOTOS = pl.DataFrame(ROWS, schema=["image_url", "digest", "categories"], orient="row")


@pytest.mark.parametrize(("at_least", "found"), [(0, []), (2, [("x", 3), ("z", 2)]), (3, [("x", 3)]), (4, [])])
def test_many_addresses_of_unlike_items_make_a_placeholder(at_least: int, found: list[tuple[str, int]]) -> None:
    assert placeholder_digests(PHOTOS, at_least).rows() == found


def test_more_addresses_than_a_product_has_variants_make_a_placeholder_of_any_items() -> None:
    def found(addresses: int) -> list[tuple[str, int]]:
        rows = [(str(number), "x", ["a"]) for number in range(addresses)]
        return placeholder_digests(pl.DataFrame(rows, schema=PHOTOS.schema, orient="row"), 3).rows()

    assert found(29) == []
    assert found(30) == [("x", 30)]
