"""Where each edition keeps what a dataset needs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.amazon_files import HOST, item_2014, item_2018, item_2023
from visualtaste.data.amazon.detect import sign_of
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


# the first rows of All Beauty, as the data set's own page shows them (texts left out)
REVIEWS_2023 = [
    {
        "rating": 5.0,
        "title": "Such a lovely scent but not overpowering.",
        "images": [],
        "asin": "B00YQ6X8EO",
        "parent_asin": "B00YQ6X8EO",
        "user_id": "AGKHLEW2SOWHNMFQIJGBECAF7INQ",
        "timestamp": 1588687728923,
        "helpful_vote": 0,
        "verified_purchase": True,
    },
    {
        "rating": 4.0,
        "title": "Works great but smells a little weird.",
        "images": [],
        "asin": "B081TJ8YS3",
        "parent_asin": "B081TJ8YS3",
        "user_id": "AGKHLEW2SOWHNMFQIJGBECAF7INQ",
        "timestamp": 1588615855070,
        "helpful_vote": 1,
        "verified_purchase": True,
    },
]
HOST_2023 = "https://m.media-amazon.com/images/I"
ITEM_2023 = {
    "main_category": "All Beauty",
    "title": "Howard LC0008 Leather Conditioner, 8-Ounce (4-Pack)",
    "average_rating": 4.8,
    "rating_number": 10,
    "features": [],
    "description": [],
    "price": None,
    "images": [
        {
            "thumb": f"{HOST_2023}/41qfjSfqNyL._SS40_.jpg",
            "large": f"{HOST_2023}/41qfjSfqNyL.jpg",
            "variant": "MAIN",
            "hi_res": None,
        },
        {
            "thumb": f"{HOST_2023}/41w2yznfuZL._SS40_.jpg",
            "large": f"{HOST_2023}/41w2yznfuZL.jpg",
            "variant": "PT01",
            "hi_res": f"{HOST_2023}/71i77AuI9xL._SL1500_.jpg",
        },
    ],
    "videos": [],
    "store": "Howard Products",
    "categories": [],
    "details": {"Package Dimensions": "7.1 x 5.5 x 3 inches; 2.38 Pounds", "UPC": "617390882781"},
    "parent_asin": "B01CUPMQZE",
    "bought_together": None,
}
AS_A_TABLE_STORES_THEM = {
    "hi_res": [None, f"{HOST_2023}/71i77AuI9xL._SL1500_.jpg"],
    "large": [f"{HOST_2023}/41qfjSfqNyL.jpg", f"{HOST_2023}/41w2yznfuZL.jpg"],
    "thumb": [f"{HOST_2023}/41qfjSfqNyL._SS40_.jpg", f"{HOST_2023}/41w2yznfuZL._SS40_.jpg"],
    "variant": ["MAIN", "PT01"],
}


def test_published_rows_of_2023() -> None:
    reader = RecordReader(EDITIONS["2023"].review)
    reviews, faults = reader.read([json.dumps(row).encode() for row in REVIEWS_2023])
    assert faults == []
    assert [(review.user_id, review.item_id, review.time) for review in reviews if review] == [
        ("AGKHLEW2SOWHNMFQIJGBECAF7INQ", "B00YQ6X8EO", 1588687728923),
        ("AGKHLEW2SOWHNMFQIJGBECAF7INQ", "B081TJ8YS3", 1588615855070),
    ]
    for images in (ITEM_2023["images"], AS_A_TABLE_STORES_THEM):
        item = read("2023", ITEM_2023 | {"images": images})
        assert (item.item_id, list(item.labels()), item.address()) == (
            "B01CUPMQZE",
            [],
            f"{HOST_2023}/41qfjSfqNyL.jpg",
        )


def test_published_rows_of_2023_show_their_edition() -> None:
    assert str(sign_of(json.dumps(REVIEWS_2023[0]).encode())) == "reviews of the edition 2023"
    assert str(sign_of(json.dumps(ITEM_2023).encode())) == "metadata of the edition 2023"
