from __future__ import annotations

import gzip
from pathlib import Path

import polars as pl
import pytest

from visualtaste.data.text_table import numbers, parse_table, read_text
from visualtaste.errors import DataError

HERE = Path("file")


def test_what_is_no_utf8_is_latin1(tmp_path: Path) -> None:
    for content in ("caf\u00e9".encode(), "caf\u00e9".encode("latin-1"), gzip.compress("caf\u00e9".encode("latin-1"))):
        (tmp_path / "file").write_bytes(content)
        assert read_text(tmp_path / "file").decode() == "caf\u00e9"


def test_damaged_and_empty_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "cut").write_bytes(gzip.compress(b"a,b\n" * 99)[:-12])
    with pytest.raises(DataError, match="cut is cut off"):
        read_text(tmp_path / "cut")
    (tmp_path / "empty").touch()
    with pytest.raises(DataError, match="empty: is empty"):
        read_text(tmp_path / "empty")


def test_separators_of_two_characters() -> None:
    table = parse_table(b'1::"a" b, c::x|y\n2::::z', HERE, "::", columns=["id", "title", "tags"])
    assert table.rows() == [("1", '"a" b, c', "x|y"), ("2", None, "z")]


def test_quotes_protect_only_where_they_are_meant() -> None:
    assert parse_table(b'a,b\n"x, y",2\n', HERE, ",", quoted=True).rows() == [("x, y", "2")]
    assert parse_table(b'a\tb\n"x\ty"\n', HERE, "\t").rows() == [('"x', 'y"')]


def test_a_line_with_too_many_fields_is_named() -> None:
    with pytest.raises(DataError, match="file: cannot be read as a table: line 3 has 3 fields, the first one 2"):
        parse_table(b"a,b\n1,2\n1,2,3\n", HERE, ",")
    with pytest.raises(DataError, match="line 2 has 3 fields, the first one 2"):
        parse_table(b"1::2\n1::2::3\n", HERE, "::", columns=["a", "b"])


def test_what_stands_in_for_a_separator_may_be_in_the_text() -> None:
    assert parse_table(b"1::a\x1fb\n", HERE, "::", columns=["id", "title"]).rows() == [("1", "a b")]


def test_numbers_name_what_is_none() -> None:
    assert numbers(pl.Series("stars", ["1", None, "-2.5e1"]), "f").to_list() == [1.0, None, -25.0]
    with pytest.raises(DataError, match="f: row 2 of 'stars' is 'good', not a number"):
        numbers(pl.Series("stars", ["1", "good"]), "f")
