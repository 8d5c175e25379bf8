"""Placeholders' pictures leave the place where photos are looked for, one copy of each being kept.

A folder of photos is also read by who imports the data again, and takes what lies at `xx/<item id>` for that item's
photo. The copy, in `.placeholders`, is there for the case that it is judged otherwise later.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl

from visualtaste.data.photo_names import photo_name
from visualtaste.files import atomic_path

_FOLDER = ".placeholders"


def is_set_aside(image: str) -> bool:
    """Whether that name is one of a picture that was set aside."""
    return image.startswith(f"{_FOLDER}/")


def set_aside(table: pl.DataFrame, photos: Path) -> pl.DataFrame:
    """Copy each placeholder's picture aside, and what is none any more back; the table with the new names.

    The table is that of images.parquet, `photos` the folder that its names are relative to. What the items of
    placeholders had is still there, for as long as the old table may be read: see `clear_placeholders`.
    """
    names = dict[str, str]()
    for status, item, address, digest, image in _pictures(table).iter_rows():
        if address in names:
            continue
        suffix = image.rsplit(".", 1)[1]
        if status == "placeholder":
            names[address] = f"{_FOLDER}/{digest}.{suffix}"
        elif is_set_aside(image):
            names[address] = photo_name(item, suffix)
        else:
            continue
        _copy(photos / image, photos / names[address])
    if not names:
        return table
    moved = pl.DataFrame({"image_url": names.keys(), "moved": names.values()}, schema_overrides={"moved": pl.String})
    joined = table.join(moved, on="image_url", how="left", maintain_order="left")
    # an item of that address may have a photo of its own
    named = pl.when(pl.col("image").is_not_null()).then(pl.coalesce("moved", "image"))
    return joined.with_columns(named.alias("image")).drop("moved")


def clear_placeholders(table: pl.DataFrame, photos: Path) -> None:
    """Delete what lies at the names of items whose picture is a placeholder."""
    for status, item, _, _, image in _pictures(table).iter_rows():
        if status == "placeholder":
            (photos / photo_name(item, image.rsplit(".", 1)[1])).unlink(missing_ok=True)


def _pictures(table: pl.DataFrame) -> pl.DataFrame:
    """The rows whose picture is a placeholder, or was one."""
    aside = pl.col("image").str.starts_with(f"{_FOLDER}/")
    chosen = table.filter((pl.col("status") == "placeholder") | ((pl.col("status") == "ok") & aside))
    return chosen.select("status", "item_id", "image_url", "digest", "image")


def _copy(source: Path, target: Path) -> None:
    if not target.exists():
        with atomic_path(target) as partial:
            shutil.copyfile(source, partial)
