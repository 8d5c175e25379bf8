"""Reading named columns of a CSV or Parquet file, with errors that name the file and the nearest column."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from visualtaste.errors import DataError, nearest

_PARQUET = (".parquet", ".pq")
_SEPARATORS = {".csv": ",", ".tsv": "\t", ".txt": "\t"}


def read_columns(path: Path, columns: Mapping[str, str], optional: Mapping[str, str] | None = None) -> pl.DataFrame:
    """The given columns of a table, renamed: `columns` maps our names to the file's.

    `optional` columns are taken where the file has them. The columns of a CSV file (.csv, .tsv; also .gz) are all
    text, so that ids keep their leading zeros; those of a Parquet file keep their types.
    Raises DataError when the file is missing, is not such a table or lacks a column.
    """
    try:
        known = _column_names(path)
        for theirs in columns.values():
            if theirs not in known:
                raise DataError(f"{path}: there is no column {theirs!r}{nearest(theirs, known)}")
        present = {ours: theirs for ours, theirs in (optional or {}).items() if theirs in known}
        wanted = {**columns, **present}
        table = _read(path, list(dict.fromkeys(wanted.values())))
    except (FileNotFoundError, NotADirectoryError):
        raise DataError(f"{path}: no such file") from None
    except (OSError, pl.exceptions.PolarsError) as error:
        cause = _too_long(path) if "more fields" in str(error) else str(error).splitlines()[0]
        raise DataError(f"{path}: cannot be read as a table: {cause}") from None
    return table.select(pl.col(theirs).alias(ours) for ours, theirs in wanted.items())


def as_ids(column: pl.Series, source: str) -> pl.Series:
    """Ids as text; whole numbers that a program stored as floats lose their ".0" again.

    Raises DataError, naming the column, when its type is no id.
    """
    if column.dtype == pl.String:
        return column
    if column.dtype.is_float():
        if not (column.drop_nulls() % 1 == 0).all():
            raise DataError(f"{source}: column {column.name!r} has fractions; ids are texts or whole numbers")
        column = column.cast(pl.Int64)
    if column.dtype.is_integer() or column.dtype in (pl.Categorical, pl.Enum, pl.Null):
        return column.cast(pl.String)
    raise DataError(f"{source}: column {column.name!r} is {column.dtype}; ids are texts or whole numbers")


def _column_names(path: Path) -> list[str]:
    if _is_parquet(path):
        return list(pl.read_parquet_schema(path))
    return pl.read_csv(path, separator=_separator(path), n_rows=0, infer_schema=False).columns


def _read(path: Path, columns: list[str]) -> pl.DataFrame:
    if _is_parquet(path):
        return pl.read_parquet(path, columns=columns)
    # Only when it reads all columns does Polars notice a row that is too long, in which values have slipped aside.
    return pl.read_csv(path, separator=_separator(path), infer_schema=False).select(columns)


def _too_long(path: Path) -> str:
    """Which line of a CSV file has more fields than its header; slow, and only for the message."""
    opener = gzip.open if path.suffix.lower() == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as stream:
        rows = csv.reader(stream, delimiter=_separator(path))
        width = len(next(rows))
        line = next((rows.line_num for row in rows if len(row) > width), "?")
    return f"line {line} has more than the header's {width} fields; a text with a separator in it needs quotes"


def _is_parquet(path: Path) -> bool:
    return path.suffix.lower() in _PARQUET


def _separator(path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    separator = _SEPARATORS.get(suffixes[-1]) if suffixes else None
    if separator is None:
        raise DataError(f"{path}: is neither .csv, .tsv (also .gz) nor .parquet")
    return separator
