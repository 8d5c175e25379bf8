"""Whole imports of small files of every edition."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from support.amazon_files import (
    HOST,
    early_review,
    item_2014,
    item_2018,
    item_2023,
    review_2023,
    write_lines,
)
from support.photos import save_photo
from support.raw_tables import removed, step
from visualtaste.config import CurationSettings
from visualtaste.data.amazon.importer import import_amazon
from visualtaste.data.dataset import Dataset
from visualtaste.data.photo_names import photo_name
from visualtaste.errors import DataError

SMALL = CurationSettings(min_user_items=1, min_category_items=1)


def load(folder: Path, reviews: Path, metadata: Path, **options: Any) -> Dataset:
    import_amazon(reviews, metadata, folder / "dataset", **{"settings": SMALL, **options})
    return Dataset.read(folder / "dataset")


def test_2014(tmp_path: Path) -> None:
    reviews = write_lines(tmp_path / "reviews.json", [early_review("ann", "a", 20), early_review("ann", "b", 10)])
    items = [
        item_2014("a", ["Toys &amp; Games", "Puzzles"], title='24" &quot;Fish&quot;', description="It's\n24\""),
        item_2014("b", ["Toys & Games"], ["Books"], imUrl="//images.example/b.jpg"),
    ]
    dataset = load(tmp_path, reviews, write_lines(tmp_path / "meta.json", items, literals=True))
    assert dataset.items.rows() == [
        ("a", None, f"{HOST}/a.jpg", '24" "Fish"', ["Toys & Games", "Puzzles"]),
        ("b", None, "https://images.example/b.jpg", "b", ["Toys & Games", "Books"]),
    ]
    assert dataset.interactions.rows() == [("ann", "b", 10), ("ann", "a", 20)]
    assert dataset.info.source == "Amazon product data 2014, reviews.json, meta.json"
    assert dataset.info.image_root == "images"  # where a download will put them; it need not exist yet
    assert removed(dataset) == {"labels: another spelling of a label": (0, 0, 0, 1)}
    assert sorted(path.name for path in (tmp_path / "dataset").iterdir()) == [
        ".lock",
        "dataset.json",
        "interactions.parquet",
        "items.parquet",
    ]


def test_2018_with_its_dirt(tmp_path: Path) -> None:
    reviews = write_lines(
        tmp_path / "reviews.json.gz",
        [early_review("ann", item, time) for time, item in enumerate("abcda")] + [early_review("ben", "z")],
    )
    items: list[Any] = [
        item_2018("a", "Cards", "Gift", "</span></span></span>", "No fees.", title='<span class="a-size-medium"'),
        item_2018("b", "cards"),
        item_2018("b", "another row of b"),
        item_2018("c"),
        item_2018("d", "Cards", imageURL=[], imageURLHighRes=[]),
    ]
    dataset = load(tmp_path, reviews, write_lines(tmp_path / "meta.json", items))
    assert dataset.items.rows() == [
        ("a", None, f"{HOST}/a.jpg", None, ["Cards", "Gift"]),
        ("b", None, f"{HOST}/b.jpg", "b", ["Cards"]),
    ]
    assert dataset.interactions.rows() == [("ann", "a", 0), ("ann", "b", 1)]
    assert removed(dataset) == {
        "malformed: doubled: the item was there before": (0, 1, 0, 0),
        "labels: text after the end of a category path": (0, 0, 0, 2),
        "labels: another spelling of a label": (0, 0, 0, 1),
        "unknown items: interaction with an item_id that is not among the items": (1, 0, 1, 0),
        "duplicates: the user has the item already; the earliest row stays": (0, 0, 1, 0),
        "no category: item without any category that is kept": (0, 1, 1, 0),
        "photos: missing": (0, 1, 1, 0),
    }


def test_2023_joins_by_the_parent_and_counts_in_seconds(tmp_path: Path) -> None:
    reviews = write_lines(tmp_path / "reviews.jsonl", [review_2023("ann", "a", 1_588_687_728_923)])
    dataset = load(tmp_path, reviews, write_lines(tmp_path / "meta.jsonl", [item_2023("a", "Home", "Bath")]))
    assert dataset.items.rows() == [("a", None, f"{HOST}/a_l.jpg", "a", ["Home", "Bath"])]
    assert dataset.interactions.rows() == [("ann", "a", 1_588_687_728)]


@pytest.mark.parametrize(
    ("review", "item", "message"),
    [
        (review_2023("ann", "a", 1_600_000_000), item_2023("a", "Cards"), r"1600000000, .* 2023 means in milliseconds"),
        (early_review("ann", "a", 1_600_000_000_123), item_2018("a", "Cards"), r"1600000000123, .* in milliseconds"),
    ],
)
def test_times_in_the_unit_of_another_edition_are_refused(
    tmp_path: Path, review: dict[str, Any], item: dict[str, Any], message: str
) -> None:
    reviews, metadata = write_lines(tmp_path / "reviews.json", [review]), write_lines(tmp_path / "meta.json", [item])
    with pytest.raises(DataError, match=message):
        load(tmp_path, reviews, metadata)


def test_malformed_lines_are_counted_listed_and_not_fatal(tmp_path: Path) -> None:
    good = early_review("ann", "a")
    lines: list[Any] = [
        good,
        b'{"reviewerID": "\xe9"}',
        b'{"reviewerID": "ann", "asin": "b", "unixReviewTime": 1, "reviewText": "\xe9"}',
        "<html>",
        "[]",
        {key: value for key, value in good.items() if key != "asin"},
        good | {"unixReviewTime": "yesterday"},
        good | {"unixReviewTime": 10**30},
        good | {"asin": ""},
        "",
        '{"reviewerID": "ann", "asin": "b", "unixReviewTime": 1, "reviewText": "cut o',
        r'{"reviewerID": "\ud83d", "asin": "b", "unixReviewTime": 1}',
        r'{"reviewerID": "ben", "asin": "a", "unixReviewTime": 1, "reviewText": "\ud83d", "price": NaN}',
    ]
    reviews = write_lines(tmp_path / "reviews.json", lines)
    metadata = write_lines(tmp_path / "meta.json", [item_2018("a", "x"), item_2018("b", "x", title=7), item_2018("a")])
    dataset = load(tmp_path, reviews, metadata)
    # half a character in a text that nobody needs is nobody's business
    assert dataset.interactions.rows() == [("ann", "a", 1_400_000_000), ("ben", "a", 1)]
    counted = {reason: counts[1:3] for reason, counts in removed(dataset).items()}
    assert counted == {
        "malformed: not UTF-8": (0, 2),
        "malformed: not JSON": (0, 2),
        "malformed: not an object with named fields": (0, 1),
        "malformed: without the field 'asin'": (0, 1),
        "malformed: with a field 'unixReviewTime' of another kind": (0, 2),
        "malformed: with a field 'asin' of another kind": (0, 1),
        "malformed: half a character (a lone surrogate) in a text": (0, 1),
        "malformed: with a field 'title' of another kind": (1, 0),
        "malformed: doubled: the item was there before": (1, 0),
    }
    assert step(dataset, "malformed", "not JSON").examples == ("reviews.json, line 4", "reviews.json, line 11")
    listed = [json.loads(row) for row in (tmp_path / "dataset" / "malformed.jsonl").read_text().splitlines()]
    assert len(listed) == sum(map(sum, counted.values()))
    assert {"file": "reviews.json", "line": 4, "reason": "not JSON", "excerpt": "<html>"} in listed
    assert [row["line"] for row in listed if row["file"] == "meta.json"] == [2, 3]


class Told:
    """A reporter that keeps what was said."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def task(self, title: str, total: int, done: int = 0) -> Any:
        from visualtaste.progress import Silent

        return Silent().task(title, total, done)

    def say(self, message: str) -> None:
        self.lines.append(message)


def test_a_file_that_is_cut_off_is_used_up_to_the_cut_and_said_so(tmp_path: Path) -> None:
    whole = write_lines(
        tmp_path / "whole.gz", [early_review(f"user {number}", "a", number) for number in range(2000)]
    ).read_bytes()
    (tmp_path / "cut.gz").write_bytes(whole[: len(whole) // 2])
    before = gzip.decompress(whole)
    metadata = write_lines(tmp_path / "meta.json", [item_2018("a", "x")])
    told = Told()
    dataset = load(tmp_path, tmp_path / "cut.gz", metadata, reporter=told)
    count = len(dataset.interactions)
    assert 500 < count < 1900
    assert dataset.interactions["timestamp"].sort().to_list() == list(range(count))
    assert before.count(b"\n") == 2000
    cut = step(dataset, "malformed", "the file is cut off: its end is missing")
    assert (cut.removed_interactions, cut.examples) == (1, (f"cut.gz, line {count + 1}",))
    assert told.lines[0] == "taken for the edition 2018, by the first lines of meta.json"
    damage = "is cut off: its end is missing"
    assert told.lines[1] == f"warning: {tmp_path}/cut.gz {damage}; only its {count:,} lines before that are used"


def test_a_file_that_is_cut_off_between_two_lines_loses_none(tmp_path: Path) -> None:
    reviews = write_lines(tmp_path / "cut.gz", [early_review("ann", "a")])
    reviews.write_bytes(reviews.read_bytes()[:-4])  # the last four bytes are the length
    dataset = load(tmp_path, reviews, write_lines(tmp_path / "meta.json", [item_2018("a", "x")]))
    assert removed(dataset) == {}
    assert step(dataset, "malformed", "cut off").examples == ("cut.gz, line 2",)


def test_lines_of_2014_may_be_odd_literals(tmp_path: Path) -> None:
    lines = ["{'asin': 'b', 'title': None, 'categories': [['x']]}", "{1: 2, 'asin': 'c'}", "{'asin': 'd', }", "(1"]
    metadata = write_lines(tmp_path / "meta.json", [item_2014("a", ["x"]), *lines], literals=True)
    reviews = write_lines(tmp_path / "reviews.json", [early_review("ann", item) for item in "abcd"])
    dataset = load(tmp_path, reviews, metadata, settings=SMALL.model_copy(update={"check_images": False}))
    assert {reason: counts[1] for reason, counts in removed(dataset).items() if counts[1]} == {
        "malformed: with a name of a field that is no text": 1,
        "malformed: neither a Python literal nor JSON": 1,
        "no category: item without any category that is kept": 1,
        "photos: missing": 1,
    }


def test_a_file_of_nothing_usable_is_an_error(tmp_path: Path) -> None:
    metadata = write_lines(tmp_path / "meta.json", [item_2018("a", "x")])
    with pytest.raises(DataError, match=r"reviews\.json: nothing in it is usable; line 1: without the field 'asin'"):
        load(tmp_path, write_lines(tmp_path / "reviews.json", [{"reviewerID": "x"}] * 3), metadata)
    (tmp_path / "reviews.json").write_text('{"reviewerID": "x"}\n<html>')  # whose last line comes alone
    with pytest.raises(DataError, match=r"line 1: without the field 'asin'"):
        load(tmp_path, tmp_path / "reviews.json", metadata)
    with pytest.raises(DataError, match=r"empty\.json: nothing in it is usable; it has no lines"):
        load(tmp_path, write_lines(tmp_path / "empty.json", []), metadata)
    assert not (tmp_path / "dataset").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty.json", "meta.json", "reviews.json"]


def test_stopped_labels_are_no_categories(tmp_path: Path) -> None:
    reviews = write_lines(tmp_path / "reviews.json", [early_review("ann", "a"), early_review("ann", "b")])
    metadata = write_lines(tmp_path / "meta.json", [item_2018("a", "Women", "Dresses"), item_2018("b", "women")])
    dataset = load(tmp_path, reviews, metadata, stop=("WOMEN",))
    assert dataset.categories == ("Dresses",)
    assert step(dataset, "labels", "on the stop list").examples == ("Women",)
    assert dataset.items["item_id"].to_list() == ["a"]


def test_photos_that_were_downloaded_before_are_found(tmp_path: Path) -> None:
    reviews = write_lines(tmp_path / "reviews.json", [early_review("ann", item) for item in "abc"])
    metadata = write_lines(tmp_path / "meta.json", [item_2018(item, "x") for item in "abc"])
    images = tmp_path / "dataset" / "images"
    (images / photo_name("a", "jpg")).parent.mkdir(parents=True)
    save_photo(images / photo_name("a", "jpg"), (1, 2, 3))
    save_photo(images / "b.png", (1, 2, 3))
    dataset = load(tmp_path, reviews, metadata, images=images)
    assert dataset.info.image_root == "images"
    assert dataset.items["image"].to_list() == [photo_name("a", "jpg"), "b.png"]
    assert removed(dataset) == {"photos: missing": (0, 1, 1, 0)}
    with pytest.raises(DataError, match="gone: no such folder"):
        load(tmp_path, reviews, metadata, images=tmp_path / "gone")


def test_the_order_of_lines_does_not_matter(tmp_path: Path) -> None:
    log = [early_review(user, item, 7) for user in "uvw" for item in "abcd"]
    items = [item_2018(item, "Bath", "bath", "Towels") for item in "abcd"]
    one = load(tmp_path, write_lines(tmp_path / "r1", log), write_lines(tmp_path / "m1", items))
    two = load(tmp_path, write_lines(tmp_path / "r2", log[::-1]), write_lines(tmp_path / "m2", items[::-1]))
    assert one.items.equals(two.items)
    assert one.interactions.equals(two.interactions)
