from __future__ import annotations

import gzip
from pathlib import Path

import polars as pl
import pytest

from visualtaste.data.columns import as_ids, read_columns
from visualtaste.errors import DataError

TABLE = pl.DataFrame({"sku": ["007", "12"], "name": ["a", None], "price": ["1", "2"]})


@pytest.fixture(params=["t.csv", "t.tsv", "t.csv.gz", "T.CSV", "t.parquet"])
def table(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / request.param
    if path.suffix == ".parquet":
        TABLE.write_parquet(path)
    else:
        content = TABLE.write_csv(separator="\t" if path.suffix == ".tsv" else ",").encode()
        path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def test_columns_are_renamed_and_ids_keep_their_zeros(table: Path) -> None:
    read = read_columns(table, {"item_id": "sku"}, {"title": "name", "image": "photo"})
    assert read.to_dict(as_series=False) == {"item_id": ["007", "12"], "title": ["a", None]}


def test_one_column_may_serve_twice(table: Path) -> None:
    assert read_columns(table, {"item_id": "sku", "title": "sku"})["title"].to_list() == ["007", "12"]


def test_an_unknown_column_names_file_and_nearest(table: Path) -> None:
    with pytest.raises(DataError, match=r"(?i)t\.[a-z.]+: there is no column 'nam': did you mean 'name'\?"):
        read_columns(table, {"title": "nam"})
    with pytest.raises(DataError, match="there is no column 'xyz': it is one of sku, name, price"):
        read_columns(table, {"title": "xyz"})


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path: Path) -> None:
    path = tmp_path / "excel.csv"
    path.write_bytes(b"\xef\xbb\xbfsku,name\n1,a\n")
    assert read_columns(path, {"item_id": "sku"})["item_id"].to_list() == ["1"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.csv", None, "no such file"),
        ("none.parquet", None, "no such file"),
        ("empty.csv", b"", "cannot be read as a table"),
        ("text.parquet", b"sku,name\n1,2\n", "cannot be read as a table"),
        ("latin.csv", b"sku,name\n1,caf\xe9\n", "cannot be read as a table"),
        ("long.csv", b"sku,name,price\n1,2,3\n1,Shirt, blue,3\n", "line 3 has more than the header's 3 fields"),
        ("long.csv.gz", gzip.compress(b"sku,name\n1,2,3\n"), "line 2 has more than the header's 2 fields"),
        ("table.xlsx", b"PK", "neither"),
        ("table", b"PK", "neither"),
    ],
)
def test_a_bad_file_is_one_line(tmp_path: Path, name: str, content: bytes | None, message: str) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=message) as caught:
        read_columns(path, {"title": "name"})
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_is_no_table(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").mkdir()
    (tmp_path / "t.csv").mkdir()
    for name in ("t.parquet", "t.csv"):
        with pytest.raises(DataError, match=r"t\.(csv|parquet): "):
            read_columns(tmp_path / name, {"title": "name"})


def test_ids_become_text() -> None:
    def ids(values: list[object], dtype: object = None) -> list[str | None]:
        return as_ids(pl.Series("id", values, dtype=dtype), "t.parquet").to_list()

    assert ids(["007", None]) == ["007", None]
    assert ids([7, None]) == ["7", None]
    assert ids([7.0, None]) == ["7", None]  # what pandas makes of whole numbers beside a null
    assert ids(["a"], pl.Categorical) == ["a"]
    assert ids([None]) == [None]
    with pytest.raises(DataError, match=r"t\.parquet: column 'id' has fractions"):
        ids([7.5])
    with pytest.raises(DataError, match="column 'id' is Boolean"):
        ids([True])
