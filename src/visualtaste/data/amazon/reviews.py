"""A file of reviews becomes a table of who had which item when: no text, no rating, and ids as codes.

20 million reviews are 20 million rows of 16 bytes, and each id once.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from visualtaste.data.amazon.formats import Edition
from visualtaste.data.amazon.reading import read_records
from visualtaste.data.amazon.records import RecordReader
from visualtaste.data.ids import IdTypes
from visualtaste.data.malformed import Malformed
from visualtaste.errors import DataError
from visualtaste.progress import Reporter

# In seconds, what the latest review of a file cannot lie beyond: April 1970 and the year 5138.
_FIRST_MILLISECOND, _LAST_SECOND = 10**7, 10**11


def read_reviews(path: Path, edition: Edition, ids: IdTypes, malformed: Malformed, reporter: Reporter) -> pl.DataFrame:
    """Columns user_id and item_id (codes of `ids`) and timestamp (seconds), a row for each usable line.

    Raises DataError when there is no such file or no usable line in it, or when its times are in another unit than
    its edition's.
    """
    reader = RecordReader(edition.review, literals=edition.literals)
    parts = []
    for _, records in read_records(path, "interactions", reader, malformed, reporter):
        reviews = [review for review in records if review is not None]
        columns = {
            "user_id": pl.Series([review.user_id for review in reviews], dtype=pl.String),
            "item_id": pl.Series([review.item_id for review in reviews], dtype=pl.String),
            "timestamp": pl.Series([review.time for review in reviews], dtype=pl.Int64) // edition.time_unit,
        }
        parts.append(ids.encoded(pl.DataFrame(columns)))
    table = pl.concat(parts)
    _refuse_other_unit(path, edition, table["timestamp"])
    return table


def _refuse_other_unit(path: Path, edition: Edition, timestamps: pl.Series) -> None:
    """Seconds read as milliseconds are all of early 1970, milliseconds read as seconds of the far future."""
    latest = timestamps.max()
    assert isinstance(latest, int)
    in_seconds = edition.time_unit == 1
    if latest > _LAST_SECOND if in_seconds else latest < _FIRST_MILLISECOND:
        unit, other = ("seconds", "milliseconds") if in_seconds else ("milliseconds", "seconds")
        raise DataError(
            f"{path}: the latest time is {latest * edition.time_unit}, which edition {edition.name} means in {unit}; "
            f"no review is of that time: it is in {other}, and the file of another edition (--edition)"
        )
