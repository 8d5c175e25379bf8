"""Import of the H&M competition data: articles, transactions, images/<first 3 digits>/<article_id>.jpg.

The categories of an article are what the shop says about it, each prefixed by its kind, and the cross of product
type and colour: `type:Trousers`, `colour:Black`, `type+colour:Trousers / Black`. The shop's "Unknown" is no category.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from visualtaste.config import CurationSettings
from visualtaste.data.columns import as_ids, read_columns
from visualtaste.data.curation import curate
from visualtaste.data.dataset import Dataset
from visualtaste.data.timestamps import to_seconds
from visualtaste.progress import Reporter, Silent

KINDS = {
    "type": "product_type_name",
    "department": "department_name",
    "section": "section_name",
    "colour": "colour_group_name",
    "appearance": "graphical_appearance_name",
    "garment": "garment_group_name",
    "group": "product_group_name",
    "index": "index_name",
}
_ID_DIGITS = 10  # programs that read ids as numbers drop the leading zeros


def import_hm(
    articles: Path,
    transactions: Path,
    images: Path,
    folder: Path,
    *,
    name: str = "hm",
    settings: CurationSettings | None = None,
    reporter: Reporter | None = None,
) -> Dataset:
    """Read both tables (CSV or Parquet), curate them and write the dataset folder.

    `images` is the folder with the three-digit folders in it. Raises DataError when a table or a column is
    missing, a date is none, or nothing is left.
    """
    return curate(
        _read_articles(articles),
        _read_transactions(transactions),
        images=images,
        folder=folder,
        name=name,
        source=f"H&M {articles.name}, {transactions.name}",
        settings=settings or CurationSettings(),
        reporter=reporter or Silent(),
    )


def _read_articles(path: Path) -> pl.DataFrame:
    columns = {"item_id": "article_id", "title": "prod_name", **KINDS}
    table = read_columns(path, columns).with_columns(
        pl.when(pl.col(kind).str.to_lowercase() != "unknown").then(kind) for kind in KINDS
    )
    # format() gives null where a part is null
    labels = [pl.format(kind + ":{}", kind) for kind in KINDS]
    labels.append(pl.format("type+colour:{} / {}", "type", "colour"))
    return table.with_columns(_article_ids(table["item_id"], path)).select(
        "item_id",
        pl.format("{}/{}.jpg", pl.col("item_id").str.slice(0, 3), "item_id").alias("image"),
        pl.lit(None, dtype=pl.String).alias("image_url"),
        pl.col("title").cast(pl.String),
        pl.concat_list(labels).alias("categories"),
    )


def _read_transactions(path: Path) -> pl.DataFrame:
    table = read_columns(path, {"user_id": "customer_id", "item_id": "article_id", "timestamp": "t_dat"})
    return table.with_columns(
        as_ids(table["user_id"], str(path)),
        _article_ids(table["item_id"], path),
        to_seconds(table["timestamp"], str(path)).alias("timestamp"),
    )


def _article_ids(column: pl.Series, path: Path) -> pl.Series:
    return as_ids(column, str(path)).str.zfill(_ID_DIGITS)
