from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from support.photos import save_photo
from visualtaste.config import CurationSettings
from visualtaste.data.dataset import Dataset
from visualtaste.data.hm import KINDS, import_hm
from visualtaste.errors import DataError

SMALL = CurationSettings(min_user_items=1, min_category_items=1)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Two articles in the competition's layout, ids without their leading zeros as spreadsheets write them."""
    values = {
        "type": ["Trousers", "Unknown"],
        "department": ["Basics", "Basics"],
        "section": ["Womens", "Mens"],
        "colour": ["Black", "Light Blue"],
        "appearance": ["Solid", "Stripe"],
        "garment": ["Jersey", "Unknown"],
        "group": ["Lower body", "Upper body"],
        "index": ["Ladieswear", "Menswear"],
    }
    columns = {"article_id": [108775015, 110065002], "prod_name": ["Slacks", "Shirt"], "detail_desc": ["a, b", None]}
    pl.DataFrame(columns | {KINDS[kind]: names for kind, names in values.items()}).write_csv(tmp_path / "articles.csv")
    (tmp_path / "transactions.csv").write_text(
        "t_dat,customer_id,article_id,price,sales_channel_id\n"
        "2018-09-21,ann,110065002,0.1,2\n2018-09-20,ann,0108775015,0.1,2\n2018-09-22,ann,0108775015,0.1,1\n"
    )
    for article in ("0108775015", "0110065002"):
        (tmp_path / "images" / article[:3]).mkdir(parents=True, exist_ok=True)
        save_photo(tmp_path / "images" / article[:3] / f"{article}.jpg", (9, 9, 9))
    return tmp_path


def load(shop: Path, articles: str = "articles.csv", transactions: str = "transactions.csv") -> Dataset:
    import_hm(shop / articles, shop / transactions, shop / "images", shop / "dataset", settings=SMALL)
    return Dataset.read(shop / "dataset")


def test_the_competition_layout(shop: Path) -> None:
    dataset = load(shop)
    assert dataset.items.rows() == [
        (
            "0108775015",
            "010/0108775015.jpg",
            None,
            "Slacks",
            [
                "type:Trousers",
                "department:Basics",
                "section:Womens",
                "colour:Black",
                "appearance:Solid",
                "garment:Jersey",
                "group:Lower body",
                "index:Ladieswear",
                "type+colour:Trousers / Black",
            ],
        ),
        (
            "0110065002",
            "011/0110065002.jpg",
            None,
            "Shirt",
            [
                "department:Basics",
                "section:Mens",
                "colour:Light Blue",
                "appearance:Stripe",
                "group:Upper body",
                "index:Menswear",
            ],
        ),
    ]
    assert dataset.interactions.rows() == [("ann", "0108775015", 1_537_401_600), ("ann", "0110065002", 1_537_488_000)]
    assert (dataset.name, dataset.info.source) == ("hm", "H&M articles.csv, transactions.csv")


def test_parquet_gives_the_same(shop: Path) -> None:
    expected = load(shop).fingerprint
    pl.read_csv(shop / "articles.csv").write_parquet(shop / "articles.parquet")  # ids are numbers now
    pl.read_csv(shop / "transactions.csv", try_parse_dates=True).write_parquet(shop / "transactions.parquet")
    assert load(shop, "articles.parquet", "transactions.parquet").fingerprint == expected


def test_another_table_is_refused_with_the_column_that_it_lacks(shop: Path) -> None:
    with pytest.raises(DataError, match=r"transactions\.csv: there is no column 'prod_name'"):
        load(shop, articles="transactions.csv")


def test_the_folder_above_the_images_is_not_taken_for_them(shop: Path) -> None:
    with pytest.raises(DataError, match=r"'photos', missing: 2 items and 2 interactions \(such as .*0108775015\.jpg"):
        import_hm(shop / "articles.csv", shop / "transactions.csv", shop, shop / "dataset", settings=SMALL)
