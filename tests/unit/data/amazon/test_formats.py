"""Where each edition keeps what a dataset needs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.amazon_files import HOST, item_2014, item_2018, item_2023
from visualtaste.data.amazon.formats import EDITIONS, EditionName
from visualtaste.data.amazon.records import RecordReader


def read(edition: EditionName, fields: dict[str, Any]) -> Any:
    ((record,), faults) = RecordReader(EDITIONS[edition].item).read([json.dumps(fields).encode()])
    assert faults == []
    return record


def test_2014_has_nested_paths_and_one_address() -> None:
    item = read("2014", item_2014("B0", ["Toys", "Puzzles"], ["Games", "Toys"]))
    assert (item.item_id, list(item.labels()), item.address()) == (
        "B0",
        ["Toys", "Puzzles", "Games", "Toys"],
        f"{HOST}/B0.jpg",
    )
    assert list(read("2014", {"asin": "B0"}).labels()) == []


def test_2018_has_one_path_that_bullets_may_follow() -> None:
    item = read("2018", item_2018("B0", "Gift Cards", "Cards", "</span></span></span>", "Starbucks Gift Card 25"))
    assert list(item.labels()) == ["Gift Cards", "Cards"]
    assert list(item.after_labels()) == ["</span></span></span>", "Starbucks Gift Card 25"]
    assert item.address() == f"{HOST}/B0.jpg"


@pytest.mark.parametrize(
    ("photos", "address"),
    [
        ({"imageURLHighRes": [], "imageURL": ["https://a", "https://b"]}, "https://a"),
        ({"imageURLHighRes": "https://large", "imageURL": "https://small"}, "https://large"),
        ({"imageURLHighRes": None, "imageURL": []}, None),
    ],
)
def test_2018_gives_the_larger_address(photos: dict[str, Any], address: str | None) -> None:
    assert read("2018", item_2018("B0") | photos).address() == address


@pytest.mark.parametrize(
    ("images", "address"),
    [
        ([{"hi_res": "https://h", "large": "https://l", "thumb": "https://t"}], "https://h"),
        ([{"hi_res": None, "large": "https://l", "thumb": "https://t"}], "https://l"),
        ([{"thumb": "https://t"}], "https://t"),
        ([{"large": "https://side", "variant": "PT01"}, {"large": "https://main", "variant": "MAIN"}], "https://main"),
        (
            {"hi_res": ["https://h1", None], "large": ["https://l1", "https://l2"], "variant": ["PT01", "MAIN"]},
            "https://l2",
        ),
        ({"hi_res": [None], "large": None, "thumb": ["https://t"]}, "https://t"),
        ({"hi_res": [], "large": [], "thumb": []}, None),
        ([], None),
        (None, None),
    ],
)
def test_2023_gives_the_largest_size_of_the_main_photo(images: Any, address: str | None) -> None:
    assert read("2023", item_2023("B0", images=images)).address() == address
