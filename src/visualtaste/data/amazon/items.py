"""A file of metadata becomes a table of items: id, address of the photo, title, categories."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
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
from visualtaste.types import Bool, Ragged, offsets_of

DOUBLED = "doubled: the item was there before"


def read_items(
    path: Path, edition: Edition, ids: IdTypes, stop: Iterable[str], malformed: Malformed, reporter: Reporter
) -> tuple[pl.DataFrame, tuple[FilterStep, ...]]:
    """Columns item_id (codes of `ids`), image_url, title, categories; a row for each usable line with a new id.

    Also what happened to the names of categories. Raises DataError when there is no such file or no usable line.
    """
    reader = RecordReader(edition.item, literals=edition.literals)
    seen, names, parts = Seen(), NamesOfItems(), []
    for batch, records in read_records(path, "items", reader, malformed, reporter):
        found = [(place, item) for place, item in enumerate(records) if item is not None]
        column = pl.DataFrame({"item_id": [item.item_id for _, item in found]}, schema={"item_id": pl.String})
        column = ids.encoded(column)
        new = seen.first_time(column["item_id"])
        for (place, _), is_new in zip(found, new, strict=True):
            if not is_new:
                malformed.add("items", path, batch.first + place, DOUBLED, batch.lines[place])
        items = [item for (_, item), is_new in zip(found, new, strict=True) if is_new]
        names.add(items)
        parts.append(column.filter(pl.Series(new)).hstack(_texts(items)))
    labels = choose_labels(names.table.names, names.uses(), stop)
    return pl.concat(parts).with_columns(labels.lists(names.rows()).alias("categories")), labels.steps


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


class NamesOfItems:
    """The names on the category paths of all items so far, as numbers."""

    def __init__(self) -> None:
        self.table = NameTable()
        self._numbers = array("I")  # of all items, end to end
        self._lengths = array("I")

    def add(self, items: Iterable[Item]) -> None:
        """The next items."""
        for item in items:
            before = len(self._numbers)
            self._numbers.extend(self.table.number(name) for name in item.labels())
            self._lengths.append(len(self._numbers) - before)
            for name in item.after_labels():
                self.table.number(name)  # known, and used by none

    def rows(self) -> Ragged:
        """Each item's names, by number: ragged (N, ·)."""
        return Ragged(np.array(self._numbers), offsets_of(np.array(self._lengths, dtype=np.int64)))

    def uses(self) -> list[int]:
        """How many items have each name."""
        rows = self.rows()
        pairs = pl.DataFrame({"row": rows.segments, "name": rows.values}).unique()
        uses: list[int] = np.bincount(pairs["name"].to_numpy(), minlength=len(self.table.names)).tolist()
        return uses


def _texts(items: Sequence[Item]) -> pl.DataFrame:
    """What the items have beside their ids and categories."""
    return pl.DataFrame(
        {
            "image_url": pl.Series([item.address() for item in items], dtype=pl.String),
            "title": pl.Series([plain_title(item.title) for item in items], dtype=pl.String),
        }
    )
