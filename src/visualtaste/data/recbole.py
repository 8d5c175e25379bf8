"""Import of RecBole's atomic files: NAME.inter, who had what when, and NAME.item, what the items are.

An atomic file is a table with tabs whose header says the type of each column: `item_id:token`, `timestamp:float`,
`class:token_seq` (several values between blanks).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from visualtaste.config import CurationSettings
from visualtaste.data.curation import curate
from visualtaste.data.dataset import Dataset
from visualtaste.data.photo_folder import with_photos
from visualtaste.data.text_table import numbers, parse_table, read_text
from visualtaste.data.timestamps import to_seconds
from visualtaste.errors import DataError, nearest
from visualtaste.progress import Reporter, Silent
from visualtaste.settings import Settings

# what such columns are called in the published files; the first that there is counts
CATEGORIES = ("categories", "category", "class", "genres", "genre", "tags")
TITLES = ("title", "movie_title", "name", "item_name")
ADDRESSES = ("image_url", "img_url", "poster_url", "image")
TIMES = ("timestamp", "time", "date")


class RecboleColumns(Settings):
    """Which column of the atomic files says what. None: the first of the usual names that there is."""

    user_id: str = "user_id"
    item_id: str = "item_id"
    timestamp: str | None = None
    title: str | None = None
    image_url: str | None = None
    categories: str | None = None


def import_recbole(
    interactions: Path,
    items: Path,
    folder: Path,
    *,
    images: Path | None = None,
    columns: RecboleColumns | None = None,
    separator: str = " ",
    name: str | None = None,
    settings: CurationSettings | None = None,
    reporter: Reporter | None = None,
) -> Dataset:
    """Read both atomic files, curate them and write the dataset folder.

    Categories are a `token` column, one for each item, or a `token_seq` column divided by `separator`. Photos are
    <item id>.jpg (or .png, ...) in the folder `images`, or to be downloaded from the column of addresses.
    Raises DataError when a column is missing or of another type, a time is none, there is no way to a photo, or
    nothing is left.
    """
    columns = columns or RecboleColumns()
    table = with_photos(_read_items(items, columns, separator), images, "give --images FOLDER or --image-url COLUMN")
    return curate(
        table,
        _read_interactions(interactions, columns),
        images=images,
        folder=folder,
        name=name or interactions.name.removesuffix(".gz").removesuffix(".inter"),
        source=f"RecBole {interactions.name}, {items.name}",
        settings=settings or CurationSettings(),
        reporter=reporter or Silent(),
    )


class _AtomicFile:
    """The columns of one file by name, and their types."""

    def __init__(self, path: Path) -> None:
        self._path = path
        content = read_text(path)
        header = content.split(b"\n", 1)[0].decode().rstrip("\r").split("\t")
        self._types = dict(column.rpartition(":")[::2] for column in header)
        if "" in self._types:
            raise DataError(f"{path}: is no atomic file: its header is not of the form name:type, with tabs between")
        if len(self._types) < len(header):
            raise DataError(f"{path}: two columns of its header have one name: {', '.join(header)}")
        self._table = parse_table(content.rstrip(b"\r\n"), path, "\t")
        self._table.columns = list(self._types)

    def column(self, name: str, *kinds: str) -> pl.Series:
        """A column of one of the given types; raises DataError when there is none."""
        if name not in self._types:
            raise DataError(f"{self._path}: there is no column {name!r}{nearest(name, list(self._types))}")
        if self._types[name] not in kinds:
            raise DataError(f"{self._path}: column {name!r} is {self._types[name]}, not {' or '.join(kinds)}")
        return self._table[name]

    def usual(self, given: str | None, names: Sequence[str]) -> str | None:
        """The column that was asked for, or the first of the usual ones that there is."""
        return given or next((name for name in names if name in self._types), None)

    def type_of(self, name: str) -> str:
        return self._types[name]

    def optional(self, given: str | None, names: Sequence[str], *kinds: str) -> pl.Series:
        """The column that was asked for or is usual; nulls where there is none."""
        name = self.usual(given, names)
        return self.column(name, *kinds) if name else pl.Series([None] * len(self._table), dtype=pl.String)


def _read_items(path: Path, columns: RecboleColumns, separator: str) -> pl.DataFrame:
    file = _AtomicFile(path)
    name = file.usual(columns.categories, CATEGORIES)
    if name is None:
        raise DataError(f"{path}: none of its columns is called {', '.join(CATEGORIES)}; say which has the categories")
    labels = file.column(name, "token", "token_seq")
    several = file.type_of(name) == "token_seq"
    return pl.DataFrame(
        {
            "item_id": file.column(columns.item_id, "token"),
            "image_url": file.optional(columns.image_url, ADDRESSES, "token", "token_seq"),
            "title": file.optional(columns.title, TITLES, "token", "token_seq"),
            "categories": labels.str.split(separator) if several else labels.reshape((-1, 1)).cast(pl.List(pl.String)),
        }
    )


def _read_interactions(path: Path, columns: RecboleColumns) -> pl.DataFrame:
    file = _AtomicFile(path)
    times = file.optional(columns.timestamp, TIMES, "float", "token")
    if times.name and file.type_of(times.name) == "float":
        times = numbers(times, str(path))
    return pl.DataFrame(
        {
            "user_id": file.column(columns.user_id, "token"),
            "item_id": file.column(columns.item_id, "token"),
            "timestamp": to_seconds(times, str(path)),
        }
    )
