"""Atomic files as RecBole publishes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.photos import save_photo
from visualtaste.config import CurationSettings
from visualtaste.data.dataset import Dataset
from visualtaste.data.recbole import RecboleColumns, import_recbole
from visualtaste.errors import DataError

SMALL = CurationSettings(min_user_items=1, min_category_items=1)
INTER = "user_id:token\titem_id:token\trating:float\ttimestamp:float\nann\ta\t4\t881250949\nann\tb\t3\t8.8125095e8\n"
ITEM = (
    "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n"
    'a\t"Toy" Story\tlate 1995\tAnimation Children\'s\nb\tHeat\t1996\tAction\n'
)


def load(folder: Path, inter: str = INTER, item: str = ITEM, **options: Any) -> Dataset:
    (folder / "ml.inter").write_text(inter)
    (folder / "ml.item").write_text(item)
    images = folder / "images"
    images.mkdir(exist_ok=True)
    for name in "ab":
        save_photo(images / f"{name}.jpg", (1, 2, 3))
    options = {"images": images, "settings": SMALL, **options}
    import_recbole(folder / "ml.inter", folder / "ml.item", folder / "dataset", **options)
    return Dataset.read(folder / "dataset")


def test_the_usual_columns_are_found(tmp_path: Path) -> None:
    dataset = load(tmp_path)
    assert dataset.items.rows() == [
        ("a", "a.jpg", None, '"Toy" Story', ["Animation", "Children's"]),
        ("b", "b.jpg", None, "Heat", ["Action"]),
    ]
    assert dataset.interactions.rows() == [("ann", "a", 881250949), ("ann", "b", 881250950)]
    assert (dataset.name, dataset.info.source) == ("ml", "RecBole ml.inter, ml.item")


def test_a_token_is_one_category_and_columns_can_be_chosen(tmp_path: Path) -> None:
    columns = RecboleColumns(categories="release_year", title="class")
    dataset = load(tmp_path, columns=columns)
    assert dataset.items.select("title", "categories").rows() == [
        ("Animation Children's", ["late 1995"]),
        ("Action", ["1996"]),
    ]


def test_addresses_are_for_a_later_download_and_the_separator_can_be_chosen(tmp_path: Path) -> None:
    item = "item_id:token\tgenre:token_seq\timage_url:token\na\tSci Fi, War\thttps://x/a\nb\tWar\thttps://x/b\n"
    inter = "user_id:token\titem_id:token\nann\ta\nann\tb\n"
    dataset = load(tmp_path, inter, item, images=None, separator=",")
    assert dataset.items.rows() == [
        ("a", None, "https://x/a", None, ["Sci Fi", "War"]),
        ("b", None, "https://x/b", None, ["War"]),
    ]
    assert dataset.interactions["timestamp"].to_list() == [None, None]
    assert dataset.info.image_root == "images"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"inter": "user\titem\n1\t2\n"}, r"ml\.inter: is no atomic file: its header is not of the form name:type"),
        ({"item": "item_id:token\tx:token\na\tb\n"}, "none of its columns is called categories, category, class"),
        ({"columns": RecboleColumns(user_id="uid")}, "there is no column 'uid': did you mean 'user_id'"),
        (
            {"columns": RecboleColumns(timestamp="rating", title="klass")},
            "there is no column 'klass': did you mean 'class'",
        ),
        ({"inter": INTER.replace("item_id:token", "item_id:float")}, "column 'item_id' is float, not token"),
        ({"images": None}, "no item has a photo or the address of one: give --images FOLDER or --image-url COLUMN"),
        (
            {"item": "item_id:token\tx:token\tx:token\na\tb\tc\n"},
            "two columns of its header have one name: item_id",
        ),
        ({"inter": INTER + "ann\tc\t1\tnoon\n"}, "row 3 of 'timestamp' is 'noon', not a number"),
    ],
)
def test_wrong_files_are_named(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        load(tmp_path, **changes)
