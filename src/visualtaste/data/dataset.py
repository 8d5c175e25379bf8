"""The dataset folder: what every importer writes and everything after it reads.

items.parquet          item_id, image (relative to the image root, or null), image_url, title, categories
interactions.parquet   user_id, item_id, timestamp (seconds, or null); distinct pairs, in each user's time order
dataset.json           name, source, image root, ordered category vocabulary, every filter with what it removed
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, ValidationError

from visualtaste.data.image_paths import ImagePaths
from visualtaste.data.locations import Location, below, is_url
from visualtaste.data.mirror import mirror
from visualtaste.data.numbering import check_references, collect, items_of_users, labels_of_items, users
from visualtaste.data.parquet import write_parquet
from visualtaste.errors import DataError
from visualtaste.files import atomic_path, digest_file, digest_text, digest_texts, json_bytes
from visualtaste.types import Ragged

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
LOCK = ".lock"  # held by the one process that writes tables of the folder
TableName = Literal["items", "interactions"]
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
        """Open a dataset folder; its tables stay on disk until they are asked for, and must not change meanwhile.

        Of one at a URL the tables are copied first (see `mirror`).

        Raises DataError when a file is missing, a column has another type, an id is doubled or an interaction
        names an item that is not in the catalogue.
        """
        folder = mirror(str(folder)) if is_url(folder) else Path(folder)
        info = _read_info(folder / "dataset.json")
        for name, schema in (("items", ITEM_SCHEMA), ("interactions", INTERACTION_SCHEMA)):
            _check_table(folder / f"{name}.parquet", schema)
        dataset = _StoredDataset(folder, info)
        dataset.check()
        return dataset

    def write(self, alongside: Callable[[], None] = lambda: None) -> None:
        """Write the folder, and by `alongside` what else belongs to it.

        A dataset that was there stays as it was until all of the new one is on the disk: a full disk harms nothing.
        dataset.json comes last, so that an interrupted write is never taken for a dataset.
        """
        self.check()
        manifest = self.folder / "dataset.json"
        with (
            atomic_path(manifest) as described,
            atomic_path(self.folder / "items.parquet") as items,
            atomic_path(self.folder / "interactions.parquet") as interactions,
        ):
            write_parquet(self.items, items)
            write_parquet(self.interactions, interactions)
            described.write_bytes(json_bytes(self.info.model_dump(mode="json")))
            alongside()
            manifest.unlink(missing_ok=True)  # the old one does not describe the new tables

    def check(self) -> None:
        """Raise DataError unless ids are unique and every reference leads somewhere."""
        try:
            check_references(self._scan("items"), self._scan("interactions"), self.categories)
        except DataError as error:
            raise DataError(f"{self.folder}: {error}") from None

    def _scan(self, table: TableName) -> pl.LazyFrame:
        """A table of which only what is asked for need be in memory."""
        frame: pl.DataFrame = getattr(self, table)
        return frame.lazy()

    def item_column(self, name: str) -> pl.Series:
        """One column of the items, without the others in memory (N,)."""
        return collect(self._scan("items").select(name))[name]

    @cached_property
    def item_count(self) -> int:
        """Number of items, N."""
        return int(collect(self._scan("items").select(pl.len())).item())

    @cached_property
    def interaction_count(self) -> int:
        """Number of interactions."""
        return int(collect(self._scan("interactions").select(pl.len())).item())

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
        return digest_texts(chain(_texts(self.item_column("item_id")), _texts(self.item_column("image"))))

    @cached_property
    def image_root(self) -> Location:
        """Where the items' image paths start, a path or a URL; relative roots are relative to the dataset folder."""
        return below(self.folder, self.info.image_root)

    def image_path(self, item: int) -> Location | None:
        """Path or URL of the photo of the item in row `item`, or None when it has none."""
        return self.image_paths[item]

    @cached_property
    def image_paths(self) -> ImagePaths:
        """Locations of all photos (N,), None for items that have none."""
        return ImagePaths(self.image_root, self.item_column("image"))

    @cached_property
    def item_categories(self) -> Ragged:
        """Indices into the vocabulary of each item's categories, ascending: ragged (N, ·)."""
        return self.labels(self.categories)

    def labels(self, vocabulary: Sequence[str]) -> Ragged:
        """Indices into `vocabulary` of each item's categories, ascending; other categories are left out."""
        return labels_of_items(self._scan("items"), vocabulary)

    @cached_property
    def user_ids(self) -> list[str]:
        """All users, in the order of their ids (U,)."""
        return collect(users(self._scan("interactions")))["user_id"].to_list()

    @cached_property
    def user_items(self) -> Ragged:
        """Rows of each user's items, earliest first; equal times are ordered by item id: ragged (U, ·)."""
        return items_of_users(self._scan("items"), self._scan("interactions"))


class _StoredDataset(Dataset):
    """A data set whose tables are read from its folder: as a whole only when `items` or `interactions` is used."""

    def __init__(self, folder: Path, info: DatasetInfo) -> None:
        object.__setattr__(self, "folder", folder)  # as the frozen class itself does
        object.__setattr__(self, "info", info)

    @cached_property
    def items(self) -> pl.DataFrame:
        return collect(self._scan("items"))

    @cached_property
    def interactions(self) -> pl.DataFrame:
        return collect(self._scan("interactions"))

    def _scan(self, table: TableName) -> pl.LazyFrame:
        schema = ITEM_SCHEMA if table == "items" else INTERACTION_SCHEMA
        return pl.scan_parquet(self.folder / f"{table}.parquet", glob=False).select(schema.names())


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


def _check_table(path: Path, schema: pl.Schema) -> None:
    try:
        found = pl.read_parquet_schema(path)
    except FileNotFoundError:
        raise DataError(f"{path} is missing: import the dataset again") from None
    except pl.exceptions.PolarsError as error:
        raise DataError(f"{path} is not readable as Parquet: {error}") from None
    for column, kind in schema.items():
        if column not in found:
            raise DataError(f"{path}: column {column!r} is missing; it has {', '.join(found)}")
        if found[column] != kind:
            raise DataError(f"{path}: column {column!r} is {found[column]}, not {kind}")
