from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from support.amazon_files import early_review, item_2014, item_2018, item_2023, review_2023, write_lines
from visualtaste.data.amazon.detect import AskedEdition, detect_edition
from visualtaste.errors import EditionError

EARLY, LATE = early_review("u", "i"), review_2023("u", "i")


def detect(folder: Path, review: Any, item: Any, asked: AskedEdition = "auto", *, literals: bool = False) -> str:
    reviews = write_lines(folder / "reviews.json", ["noise", "", review])
    metadata = write_lines(folder / "meta.json.gz", [b"\xff", item], literals=literals)
    return detect_edition(reviews, metadata, asked).name


def test_the_first_lines_that_say_something_decide(tmp_path: Path) -> None:
    assert detect(tmp_path, EARLY, item_2014("i", ["x"]), literals=True) == "2014"
    assert detect(tmp_path, EARLY, item_2014("i", ["x"])) == "2014"  # as those who made JSON of it have it
    assert detect(tmp_path, EARLY, item_2018("i", "x")) == "2018"
    assert detect(tmp_path, LATE, item_2023("i", "x")) == "2023"
    assert detect(tmp_path, {"lost": 1}, item_2023("i", "x")) == "2023"


@pytest.mark.parametrize(
    ("review", "item", "asked", "message"),
    [
        (
            EARLY,
            item_2018("i"),
            "2014",
            r"gz: has metadata of the edition 2018 in it, but 2014 was asked for",
        ),
        (
            LATE,
            item_2018("i"),
            "auto",
            r"reviews\.json: has reviews of the edition 2023 in it, but .*meta\.json\.gz is of 2018",
        ),
        (
            EARLY,
            item_2023("i"),
            "2023",
            r"has reviews of the edition 2014 or 2018 in it, but 2023 was asked for",
        ),
        (item_2018("i"), EARLY, "auto", r"reviews\.json: has metadata of the edition 2018.*exchanged"),
        (EARLY, {"title": "x"}, "auto", r"meta\.json\.gz: its first lines are like those of no edition"),
    ],
)
def test_another_edition_is_refused(tmp_path: Path, review: Any, item: Any, asked: Any, message: str) -> None:
    with pytest.raises(EditionError, match=message):
        detect(tmp_path, review, item, asked)


def test_who_says_the_edition_is_believed_where_nothing_shows(tmp_path: Path) -> None:
    assert detect(tmp_path, {"x": 1}, {"asin": "i"}, "2014") == "2014"


def test_a_file_without_a_line_says_why(tmp_path: Path) -> None:
    reviews = write_lines(tmp_path / "reviews.json", [EARLY])
    metadata = tmp_path / "meta.gz"
    for content, message in (
        (b"\n \n", "has no lines"),
        (gzip.compress(b'{"asin": 1}')[:-9], "is cut off: its end is missing, in its first line"),
        (b"item,title\na,b\n", r"like those of no edition.* it begins 'item,title'"),
    ):
        metadata.write_bytes(content)
        with pytest.raises(EditionError, match=rf"meta\.gz: .*{message}"):
            detect_edition(reviews, metadata)
