from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import polars as pl
import pytest

from visualtaste.data.timestamps import to_seconds
from visualtaste.errors import DataError

DAY = 1_600_732_800  # 2020-09-22T00:00:00Z
MOMENT = DAY + 14 * 3600 + 30 * 60  # half past two in the afternoon


def seconds(values: list[Any], dtype: Any = None) -> list[int | None]:
    column = to_seconds(pl.Series("when", values, dtype=dtype), "log.csv")
    assert column.dtype == pl.Int64
    return column.to_list()


@pytest.mark.parametrize("unit", [1, 1_000, 1_000_000, 1_000_000_000])
def test_numbers_tell_their_unit(unit: int) -> None:
    assert seconds([MOMENT * unit, None, DAY * unit]) == [MOMENT, None, DAY]
    assert seconds([str(MOMENT * unit), None]) == [MOMENT, None]


def test_fractions_are_cut_off_and_nan_is_unknown() -> None:
    assert seconds([MOMENT + 0.9, float("nan"), -0.5]) == [MOMENT, None, -1]


def test_dates_and_datetimes() -> None:
    assert seconds([date(2020, 9, 22), None]) == [DAY, None]
    assert seconds([datetime(2020, 9, 22, 14, 30)]) == [MOMENT]
    assert seconds([datetime(2020, 9, 22, 14, 30, tzinfo=UTC)]) == [MOMENT]
    assert seconds([datetime(2020, 9, 22, 16, 30, tzinfo=timezone(timedelta(hours=2)))]) == [MOMENT]


@pytest.mark.parametrize(
    "text",
    [
        "2020-09-22T14:30:00Z",
        "2020-09-22 14:30",
        " 2020-09-22T14:30:00.987 ",
        "2020-09-22T16:30:00+02:00",
        "2020-09-22 16:30:00+0200",
        "2020-09-22T09:30:00.5-05:00",
    ],
)
def test_iso_texts(text: str) -> None:
    assert seconds([text, "2020-09-22", "", None]) == [MOMENT, DAY, None, None]


def test_days_alone_and_nothing_at_all() -> None:
    assert seconds(["2020-09-22", "", None]) == [DAY, None, None]
    assert seconds([None, None]) == [None, None]
    assert seconds(["", " "]) == [None, None]
    assert seconds([], dtype=pl.String) == []
    assert seconds([], dtype=pl.Int64) == []


@pytest.mark.parametrize("text", ["22.09.2020", "2020-13-01", "2020-09-22T25:00", "yesterday", "inf", "2020-09-22T14"])
def test_what_is_no_time_is_named_with_its_row(text: str) -> None:
    with pytest.raises(DataError, match=r"log\.csv: row 2 of column 'when' is .*ISO 8601") as caught:
        seconds(["2020-09-22", text])
    assert repr(text) in str(caught.value)


def test_a_column_of_another_kind_is_refused() -> None:
    with pytest.raises(DataError, match="'when' is Boolean, not a time"):
        seconds([True])
