from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from support.photos import save_photo
from visualtaste.config import CurationSettings
from visualtaste.data.dataset import Dataset
from visualtaste.data.tables import TableColumns, import_tables
from visualtaste.errors import DataError

SMALL = CurationSettings(min_user_items=1, min_category_items=1)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Three items with photos of their names, two users."""
    (tmp_path / "photos").mkdir()
    for name in ("001.jpg", "002.PNG", "003.webp"):
        save_photo(tmp_path / "photos" / name, (200, 0, 0))
    (tmp_path / "items.csv").write_text("item_id,title,categories\n001,Shirt,tops|red\n002,Hat,hats | red\n003,,tops\n")
    (tmp_path / "log.csv").write_text("user_id,item_id,timestamp\nann,001,2020-09-22\nann,002,2020-09-21\nben,003,\n")
    return tmp_path


def load(shop: Path, items: str = "items.csv", log: str = "log.csv", **options: Any) -> Dataset:
    options = {"settings": SMALL} | options
    import_tables(shop / items, shop / log, shop / "photos", shop / "dataset", **options)
    return Dataset.read(shop / "dataset")


def test_plain_tables(shop: Path) -> None:
    dataset = load(shop)
    assert dataset.items.drop("image_url").rows() == [
        ("001", "001.jpg", "Shirt", ["tops", "red"]),
        ("002", "002.PNG", "Hat", ["hats", "red"]),
        ("003", "003.webp", None, ["tops"]),
    ]
    assert dataset.categories == ("red", "tops", "hats")
    assert dataset.interactions.rows() == [
        ("ann", "002", 1_600_646_400),
        ("ann", "001", 1_600_732_800),
        ("ben", "003", None),
    ]
    assert (dataset.name, dataset.info.source) == ("dataset", "tables items.csv, log.csv")


def test_columns_of_other_names_and_parquet_lists(shop: Path) -> None:
    pl.DataFrame(
        {
            "asin": [1, 2],
            "photo": ["001.jpg", None],
            "address": [None, "https://x/2.jpg"],
            "what": ["Shirt", "Hat"],
            "tags": [["tops"], ["hats", "red"]],
        }
    ).write_parquet(shop / "items.parquet")
    pl.DataFrame({"who": [7, 7], "product": [1.0, 2.0], "when": [1_600_000_000_000, 1_600_000_001_000]}).write_parquet(
        shop / "log.parquet"
    )
    columns = TableColumns(
        item_id="asin",
        image="photo",
        image_url="address",
        title="what",
        categories="tags",
        user_id="who",
        interaction_item_id="product",
        timestamp="when",
    )
    dataset = load(shop, "items.parquet", "log.parquet", columns=columns, name="mine")
    assert dataset.name == "mine"
    assert dataset.items.rows() == [
        ("1", "001.jpg", None, "Shirt", ["tops"]),
        ("2", None, "https://x/2.jpg", "Hat", ["hats", "red"]),
    ]
    assert dataset.interactions.rows() == [("7", "1", 1_600_000_000), ("7", "2", 1_600_000_001)]


def test_without_a_time_column(shop: Path) -> None:
    (shop / "log.csv").write_text("user_id,item_id\nann,001\n")
    assert load(shop).interactions.rows() == [("ann", "001", None)]


def test_the_separator_is_an_option(shop: Path) -> None:
    (shop / "items.csv").write_text('item_id,categories\n001,"tops; a|b"\n')
    assert load(shop, separator=";").items["categories"].to_list() == [["tops", "a|b"]]
    with pytest.raises(DataError, match="separator of categories is empty"):
        load(shop, separator="")


def test_photos_are_found_by_id_where_none_is_named(shop: Path) -> None:
    save_photo(shop / "photos" / "001.png", (0, 0, 0))
    (shop / "photos" / "003.txt").touch()
    (shop / "photos" / "deep").mkdir()
    save_photo(shop / "photos" / "deep" / "x.jpg", (0, 0, 0))
    (shop / "items.csv").write_text(
        f"item_id,image,categories\n001,,tops\n002,deep/x.jpg,tops\n003,{shop}/photos/deep/x.jpg,tops\n004,,tops\n"
    )
    dataset = load(shop)
    assert dataset.items["image"].to_list() == ["001.jpg", "deep/x.jpg", "deep/x.jpg"]
    (missing,) = [step for step in dataset.info.filters if step.name == "photos"]
    assert missing.examples == ("item 004: no photo is named or found",)


@pytest.mark.parametrize("image", ["../secret.jpg", "/etc/photo.jpg", "a/../../b.jpg"])
def test_photos_outside_the_folder_are_refused(shop: Path, image: str) -> None:
    (shop / "items.csv").write_text(f"item_id,image,categories\n001,001.jpg,tops\n002,{image},tops\n")
    with pytest.raises(DataError, match=r"items\.csv: row 2: the image '.*' is outside the folder"):
        load(shop)


def test_unknown_columns_name_file_and_nearest(shop: Path) -> None:
    for columns, message in (
        (
            TableColumns(categories="category"),
            r"items\.csv: there is no column 'category': did you mean 'categories'\?",
        ),
        (TableColumns(image="photo"), r"items\.csv: there is no column 'photo': it is one of item_id, title, categ"),
        (TableColumns(user_id="user"), r"log\.csv: there is no column 'user': did you mean 'user_id'\?"),
        (TableColumns(timestamp="time"), r"log\.csv: there is no column 'time': did you mean 'timestamp'\?"),
        (TableColumns(interaction_item_id="item"), r"log\.csv: there is no column 'item': did you mean 'item_id'\?"),
    ):
        with pytest.raises(DataError, match=message):
            load(shop, columns=columns)


def test_values_of_another_kind_are_refused(shop: Path) -> None:
    pl.DataFrame({"item_id": ["1"], "categories": [[["nested"]]]}).write_parquet(shop / "nested.parquet")
    with pytest.raises(DataError, match=r"nested\.parquet: column 'categories' is List\(List\(String\)\), not a list"):
        load(shop, "nested.parquet")
    (shop / "log.csv").write_text("user_id,item_id,timestamp\nann,001,2020-09-22\nann,002,soon\n")
    with pytest.raises(DataError, match=r"log\.csv: row 2 of column 'timestamp' is 'soon'"):
        load(shop)


def test_a_missing_image_folder_is_named(shop: Path) -> None:
    with pytest.raises(DataError, match="pictures: no such folder"):
        import_tables(shop / "items.csv", shop / "log.csv", shop / "pictures", shop / "dataset", settings=SMALL)
