"""Tables of separated text that are not quite CSV: without a header, in Latin-1, with a separator of two characters."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from visualtaste.data.unzip import Blocks
from visualtaste.errors import DataError

_UNIT = b"\x1f"  # the control character that is meant for it


def read_text(path: Path) -> bytes:
    """A whole file, plain or gzipped, as UTF-8; what is no UTF-8 is taken for Latin-1.

    Raises DataError when it cannot be opened, is a damaged gzip file or empty.
    """
    blocks = Blocks(path)
    content = b"".join(blocks)
    if blocks.damage is not None:
        raise DataError(f"{path} {blocks.damage}")
    if not content.strip():
        raise DataError(f"{path}: is empty")
    try:
        content.decode()
    except UnicodeDecodeError:
        return content.decode("latin-1").encode()
    return content


def parse_table(
    content: bytes, path: Path, separator: str, *, columns: Sequence[str] | None = None, quoted: bool = False
) -> pl.DataFrame:
    """All columns as text; empty fields are null. `columns` are their names where the first line has none.

    Only with `quoted` do quotation marks protect a separator. Raises DataError on a line with too many fields.
    """
    if len(separator) > 1:
        content = content.replace(_UNIT, b" ").replace(separator.encode(), _UNIT)
        separator = _UNIT.decode()
    try:
        return pl.read_csv(
            content,
            separator=separator,
            has_header=columns is None,
            new_columns=columns,
            quote_char='"' if quoted else None,
            infer_schema=False,
        )
    except pl.exceptions.PolarsError as error:
        said = str(error).splitlines()[0]
        if not quoted and "more fields" in said:
            said = _too_long(content, separator)
        raise DataError(f"{path}: cannot be read as a table: {said}") from None


def _too_long(content: bytes, separator: str) -> str:
    """Which line has more fields than the first."""
    counts = [line.count(separator.encode()) + 1 for line in content.split(b"\n")]
    line = next(number for number, count in enumerate(counts, start=1) if count > counts[0])
    return f"line {line} has {counts[line - 1]} fields, the first one {counts[0]}"


def numbers(column: pl.Series, source: str) -> pl.Series:
    """Text as float64, nulls stay null; raises DataError naming the row of a value that is no number."""
    found = column.cast(pl.Float64, strict=False)
    wrong = (found.is_null() & column.is_not_null()).arg_true()
    if len(wrong):
        raise DataError(f"{source}: row {wrong[0] + 1} of {column.name!r} is {column[wrong[0]]!r}, not a number")
    return found
