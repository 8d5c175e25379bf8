"""The dataset folder: what every importer writes and everything after it reads.

items.parquet          item_id, image (relative to the image root, or null), image_url, title, categories
interactions.parquet   user_id, item_id, timestamp (seconds, or null); distinct pairs, in each user's time order
dataset.json           name, source, image root, ordered category vocabulary, every filter with what it removed
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path

import numpy as np
import polars as pl
from pydantic import BaseModel, ConfigDict, ValidationError

from visualtaste.data.image_paths import ImagePaths
from visualtaste.errors import DataError
from visualtaste.files import atomic_path, digest_file, digest_text, digest_texts, write_json
from visualtaste.types import Ragged, offsets_of

SCHEMA_VERSION = 1
_TEXTS = 65536  # of a column that are Python's at a time

ITEM_SCHEMA = pl.Schema(
    {
        "item_id": pl.String(),
        "image": pl.String(),
        "image_url": pl.String(),
        "title": pl.String(),
        "categories": pl.List(pl.String()),
    }
)
INTERACTION_SCHEMA = pl.Schema({"user_id": pl.String(), "item_id": pl.String(), "timestamp": pl.Int64()})


class FilterStep(BaseModel):
    """One step of an importer and what it removed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    reason: str
    removed_items: int = 0
    removed_interactions: int = 0
    removed_users: int = 0
    removed_categories: int = 0
    rounds: int = 0  # of a filter that repeats until nothing changes
    examples: tuple[str, ...] = ()


class DatasetInfo(BaseModel):
    """The content of dataset.json."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: int = SCHEMA_VERSION
    name: str
    source: str
    image_root: str
    categories: tuple[str, ...]
    filters: tuple[FilterStep, ...] = ()


@dataclass(frozen=True, eq=False)
class Dataset:
    """A catalogue of items with photos and categories, and who bought what when."""

    folder: Path
    info: DatasetInfo
    items: pl.DataFrame
    interactions: pl.DataFrame

    @classmethod
    def read(cls, folder: Path | str) -> Dataset:
        """Open a dataset folder.

        Raises DataError when a file is missing, a column has another type, an id is doubled or an interaction
        names an item that is not in the catalogue.
        """
        folder = Path(folder)
        info = _read_info(folder / "dataset.json")
        items = _read_table(folder / "items.parquet", ITEM_SCHEMA)
        interactions = _read_table(folder / "interactions.parquet", INTERACTION_SCHEMA)
        dataset = cls(folder, info, items, interactions)
        dataset.check()
        return dataset

    def write(self) -> None:
        """Write the folder; dataset.json comes last, so that an interrupted write is never taken for a dataset."""
        self.check()
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "dataset.json").unlink(missing_ok=True)  # the old one does not describe the new tables
        for name, table in (("items", self.items), ("interactions", self.interactions)):
            with atomic_path(self.folder / f"{name}.parquet") as path:
                table.write_parquet(path)
        write_json(self.folder / "dataset.json", self.info.model_dump(mode="json"))

    def check(self) -> None:
        """Raise DataError unless ids are unique and every reference leads somewhere."""
        for table, columns in ((self.items, ["item_id"]), (self.interactions, ["user_id", "item_id"])):
            doubled = table.filter(table.select(columns).is_duplicated())
            if not doubled.is_empty():
                row = ", ".join(f"{column} {doubled[column][0]!r}" for column in columns)
                raise DataError(f"{self.folder}: {row} appears more than once")
        stray = self.interactions.join(self.items, on="item_id", how="anti")
        if not stray.is_empty():
            raise DataError(f"{self.folder}: an interaction names the unknown item {stray['item_id'][0]!r}")
        unlisted = set(self.items["categories"].explode().drop_nulls()) - set(self.categories)
        if unlisted:
            raise DataError(f"{self.folder}: category {min(unlisted)!r} is not in the vocabulary of dataset.json")

    @property
    def name(self) -> str:
        return self.info.name

    @property
    def categories(self) -> tuple[str, ...]:
        """The ordered vocabulary (D,)."""
        return self.info.categories

    @cached_property
    def fingerprint(self) -> str:
        """Digest of items, interactions and vocabulary: two folders with the same data have the same one."""
        files = [digest_file(self.folder / f"{name}.parquet") for name in ("items", "interactions")]
        return digest_text(*files, *self.categories)

    @cached_property
    def items_digest(self) -> str:
        """Digest of the item ids and image names in their order: what the rows of a feature store are."""
        return digest_texts(chain(_texts(self.items["item_id"]), _texts(self.items["image"])))

    @cached_property
    def image_root(self) -> Path:
        """Where the items' image paths start; relative roots are relative to the dataset folder."""
        return self.folder / self.info.image_root

    def image_path(self, item: int) -> Path | None:
        """Path of the photo of the item in row `item`, or None when it has none."""
        return self.image_paths[item]

    @cached_property
    def image_paths(self) -> ImagePaths:
        """Paths of all photos (N,), None for items that have none."""
        return ImagePaths(self.image_root, self.items["image"])

    @cached_property
    def item_categories(self) -> Ragged:
        """Indices into the vocabulary of each item's categories, ascending: ragged (N, ·)."""
        return self.labels(self.categories)

    def labels(self, vocabulary: Sequence[str]) -> Ragged:
        """Indices into `vocabulary` of each item's categories, ascending; other categories are left out."""
        index = pl.DataFrame(
            {"categories": vocabulary, "index": np.arange(len(vocabulary))},
            schema={"categories": pl.String, "index": pl.Int64},
        )
        pairs = (
            self.items.select("categories")
            .with_row_index("row")
            .explode("categories")
            .join(index, on="categories", how="inner")
            .unique(["row", "index"])
            .sort("row", "index")
        )
        lengths = np.bincount(pairs["row"].to_numpy(), minlength=len(self.items))
        return Ragged(pairs["index"].to_numpy(), offsets_of(lengths))

    @cached_property
    def user_ids(self) -> list[str]:
        """All users, in the order of their ids (U,)."""
        return self.interactions["user_id"].unique().sort().to_list()

    @cached_property
    def user_items(self) -> Ragged:
        """Rows of each user's items, earliest first; equal times are ordered by item id: ragged (U, ·)."""
        rows = self.items.select("item_id").with_row_index("row")
        ordered = self.interactions.join(rows, on="item_id").sort("user_id", "timestamp", "item_id", nulls_last=True)
        lengths = ordered.group_by("user_id", maintain_order=True).len()["len"].to_numpy()
        return Ragged(ordered["row"].to_numpy().astype(np.int64), offsets_of(lengths.astype(np.int64)))


def _texts(column: pl.Series) -> Iterator[str]:
    """The values of a column, empty for null; only some of them are Python's at a time."""
    return (text or "" for start in range(0, len(column), _TEXTS) for text in column[start : start + _TEXTS].to_list())


def _read_info(path: Path) -> DatasetInfo:
    try:
        content = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        raise DataError(f"{path.parent} is not a dataset folder: it has no dataset.json") from None
    try:
        info = DatasetInfo.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        raise DataError(f"{path}: {'.'.join(map(str, first['loc'])) or 'content'}: {first['msg']}") from None
    if info.schema_version > SCHEMA_VERSION:
        raise DataError(f"{path}: version {info.schema_version} is newer than this program reads ({SCHEMA_VERSION})")
    return info


def _read_table(path: Path, schema: pl.Schema) -> pl.DataFrame:
    try:
        table = pl.read_parquet(path)
    except FileNotFoundError:
        raise DataError(f"{path} is missing: import the dataset again") from None
    except pl.exceptions.PolarsError as error:
        raise DataError(f"{path} is not readable as Parquet: {error}") from None
    for column, kind in schema.items():
        if column not in table.columns:
            raise DataError(f"{path}: column {column!r} is missing; it has {', '.join(table.columns)}")
        if table.schema[column] != kind:
            raise DataError(f"{path}: column {column!r} is {table.schema[column]}, not {kind}")
    return table.select(schema.names())
