from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from support.full_disk import files_of_at_most
from support.raw_tables import raw_interactions, raw_items
from visualtaste.data.dataset import Dataset, DatasetInfo
from visualtaste.errors import DataError

CATALOGUE = {"a": ["y", "x"], "b": [], "c": ["z", "y", "z"]}
LOG = [("eve", "a", 3), ("eve", "c", 1), ("ann", "c", None), ("ann", "b", 5), ("ann", "a", 5)]


def small(folder: Path, **changes: Any) -> Dataset:
    info = DatasetInfo(name="small", source="a test", image_root="photos", categories=("z", "y", "x"))
    fields = {"info": info, "items": raw_items(CATALOGUE, image="p.jpg"), "interactions": raw_interactions(LOG)}
    return Dataset(folder, **(fields | changes))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    small(tmp_path / "d").write()
    return tmp_path / "d"


def test_what_was_written_is_read(folder: Path) -> None:
    dataset, written = Dataset.read(str(folder)), small(folder)
    assert dataset.items.equals(written.items)
    assert dataset.interactions.equals(written.interactions)
    assert dataset.info == written.info
    assert dataset.categories == ("z", "y", "x")
    assert sorted(path.name for path in folder.iterdir()) == ["dataset.json", "interactions.parquet", "items.parquet"]


def test_rows_of_categories_and_of_users(folder: Path) -> None:
    dataset = Dataset.read(folder)
    # indices into (z, y, x), ascending and once each; b has none
    assert [row.tolist() for row in dataset.item_categories] == [[1, 2], [], [0, 1]]
    assert dataset.user_ids == ["ann", "eve"]
    # earliest first, equal times by item id, unknown times last
    assert [row.tolist() for row in dataset.user_items] == [[0, 1, 2], [2, 0]]


def test_photos_are_below_the_image_root(folder: Path) -> None:
    dataset = Dataset.read(folder)
    assert dataset.image_path(0) == folder / "photos" / "p.jpg"
    elsewhere = small(folder, info=dataset.info.model_copy(update={"image_root": "/mnt/photos"}))
    assert elsewhere.image_path(0) == Path("/mnt/photos/p.jpg")
    assert small(folder, items=raw_items(CATALOGUE)).image_path(0) is None


def test_the_fingerprint_follows_the_data_and_not_the_name(folder: Path, tmp_path: Path) -> None:
    dataset = Dataset.read(folder)

    def fingerprint(name: str, **changes: Any) -> str:
        other = small(tmp_path / name, **changes)
        other.write()
        return other.fingerprint

    assert fingerprint("same") == dataset.fingerprint
    assert fingerprint("renamed", info=dataset.info.model_copy(update={"name": "other"})) == dataset.fingerprint
    assert (
        fingerprint("order", info=dataset.info.model_copy(update={"categories": ("x", "y", "z")}))
        != dataset.fingerprint
    )
    assert fingerprint("log", interactions=raw_interactions(LOG[1:])) != dataset.fingerprint
    assert fingerprint("items", items=raw_items({**CATALOGUE, "d": []}, image="p.jpg")) != dataset.fingerprint


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"items": pl.concat([raw_items(CATALOGUE), raw_items({"b": []})])}, "item_id 'b' appears more than once"),
        ({"interactions": raw_interactions([*LOG, ("eve", "a")])}, "user_id 'eve', item_id 'a' appears more than once"),
        ({"interactions": raw_interactions([*LOG, ("eve", "q")])}, "unknown item 'q'"),
        ({"items": raw_items({**CATALOGUE, "d": ["w"]})}, "category 'w' is not in the vocabulary"),
    ],
)
def test_broken_promises_are_not_written(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        small(tmp_path / "bad", **changes).write()
    assert not (tmp_path / "bad").exists()


def test_a_folder_that_is_no_dataset_is_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"elsewhere is not a dataset folder: it has no dataset\.json"):
        Dataset.read(tmp_path / "elsewhere")
    with pytest.raises(DataError, match="is not a dataset folder"):
        Dataset.read(folder / "dataset.json")


def test_missing_and_broken_tables_are_named(folder: Path) -> None:
    table = folder / "items.parquet"
    content = table.read_bytes()
    table.write_bytes(content[:-10])
    with pytest.raises(DataError, match=r"items\.parquet is not readable as Parquet"):
        Dataset.read(folder)
    table.unlink()
    with pytest.raises(DataError, match=r"items\.parquet is missing"):
        Dataset.read(folder)
    pl.DataFrame({"item_id": ["a"]}).write_parquet(table)
    with pytest.raises(DataError, match=r"items\.parquet: column 'image' is missing; it has item_id"):
        Dataset.read(folder)
    raw_items(CATALOGUE).with_columns(item_id=pl.lit(1)).write_parquet(table)
    with pytest.raises(DataError, match=r"column 'item_id' is Int32, not String"):
        Dataset.read(folder)


def test_a_table_that_goes_away_while_the_dataset_is_open_is_an_error(folder: Path) -> None:
    dataset = Dataset.read(folder)
    (folder / "interactions.parquet").unlink()
    with pytest.raises(DataError, match=r"is gone since the dataset was opened.*interactions\.parquet"):
        _ = dataset.user_ids


def test_a_changed_description_is_refused(folder: Path) -> None:
    path = folder / "dataset.json"
    content = json.loads(path.read_text())
    for change, message in (
        ({"schema_version": 99}, "version 99 is newer than this program reads"),
        ({"categories": "x"}, r"dataset\.json: categories: "),
        ({"extra": 1}, r"dataset\.json: extra: "),
        ({"categories": ["z", "y"]}, "category 'x' is not in the vocabulary"),
    ):
        path.write_text(json.dumps(content | change))
        with pytest.raises(DataError, match=message):
            Dataset.read(folder)
    path.write_text("{")
    with pytest.raises(DataError, match=r"dataset\.json: content: Invalid JSON"):
        Dataset.read(folder)


def test_a_full_disk_leaves_the_dataset_that_was_there(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    larger = small(folder, items=raw_items({**CATALOGUE, "d": ["x"] * 9}))
    for size in (0, 500, 1500):
        with files_of_at_most(size), pytest.raises(OSError, match=rf"{folder}/\w+\.parquet") as caught:
            larger.write()
        assert caught.value.errno == errno.EFBIG
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_what_belongs_beside_the_tables_is_written_before_they_are_a_dataset(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def fail() -> None:
        raise OSError(errno.ENOSPC, "no room", "elsewhere")

    with pytest.raises(OSError, match="elsewhere"):
        small(folder, items=raw_items({**CATALOGUE, "d": ["x"]})).write(fail)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_write_that_is_killed_between_two_tables_is_no_dataset(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replaced: list[str] = []

    def replace(source: Path, target: Path) -> None:
        if replaced:
            raise KeyboardInterrupt
        replaced.append(target.name)
        os.rename(source, target)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(KeyboardInterrupt):
        small(folder).write()
    assert replaced == ["interactions.parquet"]
    with pytest.raises(DataError, match="is not a dataset folder"):
        Dataset.read(folder)
