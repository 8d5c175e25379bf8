"""images.parquet: what became of every item's photo; and what of it items.parquet takes up."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from visualtaste.data.dataset import Dataset
from visualtaste.data.downloads.outcome import OUTCOME_SCHEMA
from visualtaste.data.downloads.placeholders import placeholder_digests
from visualtaste.data.downloads.plan import PHOTOS, Plan
from visualtaste.data.parquet import write_parquet
from visualtaste.errors import DataError
from visualtaste.files import atomic_path, write_json

IMAGES_SCHEMA = pl.Schema({"item_id": pl.String(), **OUTCOME_SCHEMA})


def images_table(plan: Plan, outcomes: pl.DataFrame, placeholder_addresses: int) -> pl.DataFrame:
    """A row for every item, in the order of items.parquet, columns as in `IMAGES_SCHEMA`.

    `image` is where an ok item's photo, or a placeholder's picture, lies below `images/`. Items that share an address
    share all but their id.
    """
    items = plan.dataset.items.select("item_id", "image_url", "categories", pl.col("image").alias("own"))
    table = items.with_columns(plan.present).join(outcomes, on="image_url", how="left", maintain_order="left")
    own, lost = pl.col("present"), pl.col("image_url").is_null()
    status = pl.when(own).then(pl.lit("present")).when(lost).then(pl.lit("no address"))
    message = pl.when(own).then(pl.lit("as before: ") + pl.col("own")).otherwise(pl.col("message"))
    table = table.with_columns(
        *(pl.when(~own).then(column).alias(column) for column in ("bytes", "digest", "http_status", "image")),
        status.otherwise(pl.col("status").fill_null("not tried")).alias("status"),
        message.alias("message"),
        pl.when(own).then(0).otherwise(pl.col("tries").fill_null(0)).cast(pl.Int32).alias("tries"),
    )
    return _with_placeholders(table, placeholder_addresses).select(IMAGES_SCHEMA.names())


def _with_placeholders(table: pl.DataFrame, at_least: int) -> pl.DataFrame:
    found = placeholder_digests(table.filter(pl.col("status") == "ok"), at_least)
    marked = table.join(found, on="digest", how="left", maintain_order="left")
    is_one = (pl.col("status") == "ok") & pl.col("addresses").is_not_null()
    said = pl.format("the same picture is behind {} addresses", "addresses")
    return marked.with_columns(
        pl.when(is_one).then(pl.lit("placeholder")).otherwise("status").alias("status"),
        pl.when(is_one).then(said).otherwise("message").alias("message"),
    )


def read_outcomes(path: Path) -> pl.DataFrame:
    """The outcomes, one an address, of an images.parquet; none when there is no such file.

    Placeholders become ok again: they are judged anew. Raises DataError when the file is no such table.
    """
    if not path.exists():
        return OUTCOME_SCHEMA.to_frame()
    try:
        table = pl.read_parquet(path).select(IMAGES_SCHEMA.names()).cast(IMAGES_SCHEMA)
    except pl.exceptions.PolarsError as error:
        raise DataError(f"{path} cannot be read: {error}; delete it to fetch all photos again") from None
    tried = table.filter(~pl.col("status").is_in(["present", "no address", "not tried"]))
    as_fetched = pl.when(pl.col("status") == "placeholder")
    return (
        tried.with_columns(
            as_fetched.then(pl.lit("ok")).otherwise("status").alias("status"),
            as_fetched.then(None).otherwise("message").alias("message"),
        )
        .select(OUTCOME_SCHEMA.names())
        .unique("image_url", keep="last", maintain_order=True)
    )


def write_images(path: Path, table: pl.DataFrame) -> None:
    """Write images.parquet atomically."""
    with atomic_path(path) as partial:
        write_parquet(table, partial)


def fill_items(plan: Plan, table: pl.DataFrame) -> Dataset:
    """Write into items.parquet which photo every item has now, and return the dataset with it.

    A photo that was there before keeps its name; ok items get theirs, all others null. Where no photo was there
    before, `images` becomes the image root. Otherwise the root stays, and the names of fetched photos lead from it
    to them (`../images/...`). Each file is replaced whole, and only if it changes.
    """
    dataset = plan.dataset
    ok = pl.col("status") == "ok"
    if plan.moves_root and not table.filter(ok).is_empty():
        info = dataset.info.model_copy(update={"image_root": PHOTOS})
        # first: until items.parquet follows, no item has a photo, which is true of both roots
        write_json(dataset.folder / "dataset.json", info.model_dump(mode="json"))
        dataset, prefix = Dataset(dataset.folder, info, dataset.items, dataset.interactions), ""
    else:
        prefix = plan.prefix
    both = dataset.items.select(table["status"], table["image"].alias("fetched"), "image")
    own = pl.when(pl.col("status") == "present").then("image")
    images = both.select(pl.when(ok).then(prefix + pl.col("fetched")).otherwise(own).alias("image"))["image"]
    if images.equals(dataset.items["image"], null_equal=True):
        return dataset
    items = dataset.items.with_columns(images)
    with atomic_path(dataset.folder / "items.parquet") as partial:
        write_parquet(items, partial)
    return Dataset(dataset.folder, dataset.info, items, dataset.interactions)
