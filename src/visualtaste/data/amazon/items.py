"""A file of metadata becomes a table of items: id, address of the photo, title, categories."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import polars as pl

from visualtaste.data.amazon.formats import Edition, Item
from visualtaste.data.amazon.labels import NameTable, choose_labels
from visualtaste.data.amazon.markup import plain_title
from visualtaste.data.amazon.reading import read_records
from visualtaste.data.amazon.records import RecordReader
from visualtaste.data.dataset import FilterStep
from visualtaste.data.ids import IdTypes, codes
from visualtaste.data.malformed import Malformed
from visualtaste.progress import Reporter
from visualtaste.types import Bool

DOUBLED = "doubled: the item was in the file before, its first line stays"


def read_items(
    path: Path, edition: Edition, ids: IdTypes, stop: Iterable[str], malformed: Malformed, reporter: Reporter
) -> tuple[pl.DataFrame, tuple[FilterStep, ...]]:
    """Columns item_id (codes of `ids`), image_url, title, categories; a row for each usable line with a new id.

    Also what happened to the names of categories. Raises DataError when there is no such file or no usable line.
    """
    reader = RecordReader(edition.item, literals=edition.literals)
    names, seen, parts = NameTable(), Seen(), []
    for batch, records in read_records(path, "items", reader, malformed, reporter):
        places = [place for place, item in enumerate(records) if item is not None]
        table = ids.encoded(_table([item for item in records if item is not None], names))
        new = seen.first_time(table["item_id"])
        for row in np.flatnonzero(~new):
            malformed.add("items", path, batch.first + places[row], DOUBLED, batch.lines[places[row]])
        parts.append(table.filter(pl.Series(new)))
    table = pl.concat(parts)
    used = table["categories"].list.unique().explode().drop_nulls().to_numpy()
    labels = choose_labels(names.names, np.bincount(used, minlength=len(names.names)).tolist(), stop)
    return table.with_columns(labels.lists(table["categories"]).alias("categories")), labels.steps


class Seen:
    """Which ids have been seen."""

    def __init__(self) -> None:
        self._seen = np.zeros(0, dtype=np.bool_)  # by code

    def first_time(self, ids: pl.Series) -> Bool:
        """For each id (T,) whether it stands here for the first time ever; from now on all of them are seen."""
        numbers = codes(ids)
        if len(numbers) and (most := int(numbers.max()) + 1) > len(self._seen):
            self._seen = np.concatenate([self._seen, np.zeros(2 * most - len(self._seen), dtype=np.bool_)])
        new = ids.is_first_distinct().to_numpy() & ~self._seen[numbers]
        self._seen[numbers] = True
        return new


def _table(items: list[Item], names: NameTable) -> pl.DataFrame:
    """The items with their categories as numbers of names."""
    for item in items:
        for name in item.after_labels():
            names.number(name)  # known, and used by none
    return pl.DataFrame(
        {
            "item_id": pl.Series([item.item_id for item in items], dtype=pl.String),
            "image_url": pl.Series([item.address() for item in items], dtype=pl.String),
            "title": pl.Series([plain_title(item.title) for item in items], dtype=pl.String),
            "categories": pl.Series(
                [[names.number(name) for name in item.labels()] for item in items], dtype=pl.List(pl.UInt32)
            ),
        }
    )
