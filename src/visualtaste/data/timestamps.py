"""Points in time as shops store them, read as whole seconds since 1970 (UTC)."""

from __future__ import annotations

import polars as pl

from visualtaste.errors import DataError

# A number below the first bound is in seconds: 1e11 seconds is the year 5138, 1e11 milliseconds is March 1973.
_UNITS = ((1e11, 1), (1e14, 1_000), (1e17, 1_000_000), (float("inf"), 1_000_000_000))
_ISO = (
    r"^(?<date>\d{4}-\d{2}-\d{2})(?:[T ](?<minute>\d{2}:\d{2})(?::(?<second>\d{2})(?:[.,]\d+)?)?"
    r" ?(?<zone>Z|[+-]\d{2}:?\d{2})?)?$"
)


def to_seconds(column: pl.Series, source: str) -> pl.Series:
    """Dates, datetimes, ISO 8601 texts or numbers as int64 seconds; nulls and empty texts stay null.

    The largest number of a column tells its unit (seconds, milli-, micro- or nanoseconds). Times without a zone
    are UTC, a date is its first second, fractions are cut off. Raises DataError naming the row of a value that is
    none of these.
    """
    if column.dtype == pl.Null:
        return column.cast(pl.Int64)
    if column.dtype in (pl.Date, pl.Datetime):
        return column.cast(pl.Datetime("us")).dt.epoch("s")
    if column.dtype.is_numeric():
        return _from_numbers(column)
    if column.dtype != pl.String:
        raise DataError(f"{source}: column {column.name!r} is {column.dtype}, not a time")
    return _from_text(column, source)


def _from_numbers(column: pl.Series) -> pl.Series:
    table = column.cast(pl.Float64).rename("number").to_frame()  # exact for every unit but nanoseconds
    number = pl.when(pl.col("number").is_finite()).then("number")
    largest = table.select(number.abs().max()).item()
    divisor = next(divisor for bound, divisor in _UNITS if largest is None or largest < bound)
    return table.select((number / divisor).floor().cast(pl.Int64)).to_series()


def _from_text(column: pl.Series, source: str) -> pl.Series:
    text = column.str.strip_chars().replace("", None)
    days = text.str.to_date("%Y-%m-%d", strict=False)
    if days.null_count() == text.null_count():  # the common case, and much the fastest
        return to_seconds(days, source)
    numbers = text.cast(pl.Float64, strict=False)
    seconds = _from_numbers(numbers) if numbers.null_count() == text.null_count() else _from_iso(text)
    wrong = (seconds.is_null() & text.is_not_null()).arg_true()
    if len(wrong):
        raise DataError(
            f"{source}: row {wrong[0] + 1} of column {column.name!r} is {column[wrong[0]]!r}, not a time: use seconds "
            "or milliseconds since 1970, or ISO 8601 such as 2020-09-22 or 2020-09-22T14:30:00Z"
        )
    return seconds


def _from_iso(text: pl.Series) -> pl.Series:
    """Complete every ISO text to date, time and zone and parse that; null where it is no ISO text."""
    parts = text.str.extract_groups(_ISO).struct.unnest()
    complete = parts.select(
        pl.format(
            "{}T{}:{}{}",
            "date",
            pl.col("minute").fill_null("00:00"),
            pl.col("second").fill_null("00"),
            pl.col("zone").fill_null("+00:00").replace("Z", "+00:00").str.replace(r"(\d{2})(\d{2})$", "$1:$2"),
        )
    ).to_series()
    return complete.str.to_datetime("%Y-%m-%dT%H:%M:%S%:z", strict=False, time_zone="UTC").dt.epoch("s")
