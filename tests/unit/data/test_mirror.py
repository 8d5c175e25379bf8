from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import fsspec
import polars as pl
import pytest

from support.colour_shop import write_colour_shop
from visualtaste.data.dataset import Dataset
from visualtaste.data.images import read_bytes
from visualtaste.errors import DataError

URL = "memory://bucket/shop"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Dataset]:
    """The colour shop, and a copy of its folder, photos and all, in fsspec's memory."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    dataset = write_colour_shop(tmp_path / "shop")
    memory = fsspec.filesystem("memory")
    memory.put(str(dataset.folder), "/bucket/shop", recursive=True)
    yield dataset
    memory.rm("/bucket", recursive=True)


def test_a_dataset_at_a_url_is_the_same_dataset(shop: Dataset) -> None:
    remote = Dataset.read(URL)
    assert remote.fingerprint == shop.fingerprint
    assert remote.items.equals(shop.items)
    assert remote.image_path(0) == f"{URL}/red-0.png"
    assert read_bytes(f"{URL}/red-0.png") == (shop.folder / "red-0.png").read_bytes()


def test_only_what_changed_is_copied_again(shop: Dataset) -> None:
    folder = Dataset.read(URL).folder
    tables = [folder / "items.parquet", folder / "interactions.parquet"]
    before = [table.stat().st_mtime_ns for table in tables]
    Dataset.read(URL)
    assert [table.stat().st_mtime_ns for table in tables] == before

    interactions = shop.interactions.head(10)
    with fsspec.open(f"{URL}/interactions.parquet", "wb") as stream:
        interactions.write_parquet(stream)
    assert Dataset.read(URL).interactions.equals(interactions)
    assert tables[0].stat().st_mtime_ns == before[0]


def test_an_image_root_elsewhere_stays_there(shop: Dataset) -> None:
    info = json.loads((shop.folder / "dataset.json").read_text())
    fsspec.filesystem("memory").pipe("/bucket/shop/dataset.json", json.dumps(info | {"image_root": "gs://b"}).encode())
    assert Dataset.read(URL).image_path(0) == "gs://b/red-0.png"


def test_no_dataset_and_no_storage_are_named(shop: Dataset) -> None:
    with pytest.raises(DataError, match="memory://bucket/nothing is not a dataset folder"):
        Dataset.read("memory://bucket/nothing")
    with pytest.raises(DataError, match="cannot be read on this machine"):
        Dataset.read("nosuchstorage://shop")
    fsspec.filesystem("memory").pipe("/bucket/shop/dataset.json", b"{}")
    with pytest.raises(DataError, match="import the dataset again"):
        Dataset.read(URL)


def test_a_damaged_table_is_found_as_in_any_dataset(shop: Dataset) -> None:
    pl.DataFrame({"item_id": ["a"]}).write_parquet(shop.folder / "bad.parquet")
    fsspec.filesystem("memory").put(str(shop.folder / "bad.parquet"), "/bucket/shop/items.parquet")
    with pytest.raises(DataError, match="column 'image' is missing"):
        Dataset.read(URL)
