"""Tables to Parquet files, with the system's own words for what the disk does not take."""

from __future__ import annotations

import os
import re
from pathlib import Path

import polars as pl

_SYSTEM_ERROR = re.compile(r"\(os error (\d+)\)")


def write_parquet(table: pl.DataFrame, path: Path) -> None:
    """Write a table; raises OSError naming the file when the system refuses, where Polars raises errors of its own."""
    try:
        table.write_parquet(path)
    except pl.exceptions.PolarsError as error:
        number = _SYSTEM_ERROR.search(str(error))
        if number is None:
            raise
        raise OSError(int(number[1]), os.strerror(int(number[1])), str(path)) from None
