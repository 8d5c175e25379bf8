"""Import of any shop's tables: items and interactions as CSV or Parquet, photos in a folder."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl

from visualtaste.config import CurationSettings
from visualtaste.data.columns import as_ids, read_columns
from visualtaste.data.curation import curate
from visualtaste.data.dataset import Dataset
from visualtaste.data.photo_folder import photos_by_stem
from visualtaste.data.timestamps import to_seconds
from visualtaste.errors import DataError
from visualtaste.progress import Reporter, Silent
from visualtaste.settings import Settings


class TableColumns(Settings):
    """Which column of the shop's tables says what.

    None: a column of our own name (`image`, `timestamp`, ...) is taken where there is one.
    """

    item_id: str = "item_id"
    categories: str = "categories"
    user_id: str = "user_id"
    interaction_item_id: str | None = None  # None: as `item_id`
    image: str | None = None
    image_url: str | None = None
    title: str | None = None
    timestamp: str | None = None


def import_tables(
    items: Path,
    interactions: Path,
    images: Path,
    folder: Path,
    *,
    columns: TableColumns | None = None,
    separator: str = "|",
    name: str | None = None,
    settings: CurationSettings | None = None,
    reporter: Reporter | None = None,
) -> Dataset:
    """Read a catalogue and a purchase log, curate them and write the dataset folder.

    Photos are named by the image column, as paths inside `images`; an item without such a name has the photo
    <item_id>.jpg (or .png, .webp, ...) directly in `images`. Categories are lists, or texts divided by
    `separator`. Times may be anything that `to_seconds` reads.
    Raises DataError on unknown columns, values of another kind, or when nothing is left.
    """
    columns = columns or TableColumns()
    return curate(
        _read_items(items, images, columns, separator),
        _read_interactions(interactions, columns),
        images=images,
        folder=folder,
        name=name or folder.name,
        source=f"tables {items.name}, {interactions.name}",
        settings=settings or CurationSettings(),
        reporter=reporter or Silent(),
    )


def _read_items(path: Path, images: Path, columns: TableColumns, separator: str) -> pl.DataFrame:
    required, optional = _asked({key: getattr(columns, key) for key in ("image", "image_url", "title")})
    required |= {"item_id": columns.item_id, "categories": columns.categories}
    table = read_columns(path, required, optional)
    item_ids = as_ids(table["item_id"], str(path))
    missing = pl.Series([None] * len(table), dtype=pl.String)
    texts = {
        key: as_ids(table[key], str(path)).replace("", None) if key in table.columns else missing
        for key in ("image", "image_url", "title")
    }
    texts["image"] = _photo_names(item_ids, texts["image"], images, str(path))
    return pl.DataFrame(
        {"item_id": item_ids, **texts, "categories": _lists(table["categories"], separator, columns, str(path))}
    )


def _read_interactions(path: Path, columns: TableColumns) -> pl.DataFrame:
    required, optional = _asked({"timestamp": columns.timestamp})
    required |= {"user_id": columns.user_id, "item_id": columns.interaction_item_id or columns.item_id}
    table = read_columns(path, required, optional)
    times = table["timestamp"] if "timestamp" in table.columns else pl.Series([None] * len(table), dtype=pl.Null)
    return pl.DataFrame(
        {
            "user_id": as_ids(table["user_id"], str(path)),
            "item_id": as_ids(table["item_id"], str(path)),
            "timestamp": to_seconds(times, str(path)),
        }
    )


def _asked(columns: dict[str, str | None]) -> tuple[dict[str, str], dict[str, str]]:
    """Columns that were asked for by name, which must exist, and those that are taken where they exist."""
    required = {ours: theirs for ours, theirs in columns.items() if theirs is not None}
    return required, {ours: ours for ours in columns if ours not in required}


def _lists(column: pl.Series, separator: str, columns: TableColumns, source: str) -> pl.Series:
    if column.dtype == pl.List:
        if column.dtype != pl.List(pl.String):
            raise DataError(f"{source}: column {columns.categories!r} is {column.dtype}, not a list of texts")
        return column
    if not separator:
        raise DataError("the separator of categories is empty: give the character between two categories")
    return as_ids(column, source).str.split(separator)


def _photo_names(item_ids: pl.Series, named: pl.Series, images: Path, source: str) -> pl.Series:
    """Each item's photo relative to `images`: as named, else found by its id, else null."""
    found = photos_by_stem(images)
    names = [
        _inside(images, name, f"{source}: row {row + 1}") if name is not None else found.get(item)
        for row, (item, name) in enumerate(zip(item_ids, named, strict=True))
    ]
    return pl.Series(names, dtype=pl.String)


def _inside(images: Path, name: str, place: str) -> str:
    root = os.path.abspath(images)
    relative = os.path.relpath(os.path.join(root, name), root)
    if relative.startswith(os.pardir):
        raise DataError(f"{place}: the image {name!r} is outside the folder of images {images}")
    return Path(relative).as_posix()
