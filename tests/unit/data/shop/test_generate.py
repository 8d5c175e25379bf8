from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

from visualtaste.data.dataset import Dataset
from visualtaste.data.shop.generate import generate_shop, gift_items
from visualtaste.data.shop.world import ShopSettings
from visualtaste.errors import ConfigError, DataError
from visualtaste.files import digest_file

SMALL = ShopSettings(users=12, items=200, categories=50, image_size=32)


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): digest_file(path) for path in files}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return generate_shop(tmp_path_factory.mktemp("generated") / "shop", SMALL, seed=1)


def test_a_seed_is_a_shop_bit_for_bit_however_many_threads_there_are(shop: Dataset, tmp_path: Path) -> None:
    code = (
        "from visualtaste.data.shop.generate import generate_shop;"
        "from visualtaste.data.shop.world import ShopSettings;"
        f"generate_shop({str(tmp_path / 'again')!r}, ShopSettings.model_validate({SMALL.model_dump()}), seed=1)"
    )
    threads = {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, **threads})
    assert digests(tmp_path / "again") == digests(shop.folder)
    assert len(digests(shop.folder)) == 203


def test_another_seed_is_another_shop(shop: Dataset, tmp_path: Path) -> None:
    other, one = digests(generate_shop(tmp_path / "other", SMALL, seed=2).folder), digests(shop.folder)
    assert all(other[name] != one[name] for name in one)


def test_every_picture_has_randomness_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visualtaste.data.shop.generate.draw_jpeg", lambda look, side, rng: rng.bytes(8))
    contents = [
        path.read_bytes()
        for seed in (1, 2)
        for path in (generate_shop(tmp_path / str(seed), SMALL, seed).folder / "images").iterdir()
    ]
    assert len(set(contents)) == 400


def test_the_pictures_lie_where_the_items_say(shop: Dataset) -> None:
    for row in range(len(shop.items)):
        path = shop.image_path(row)
        assert path is not None
        with Image.open(path) as image:
            assert image.size == (32, 32)


def test_the_tables_are_those_of_the_settings(shop: Dataset) -> None:
    assert (len(shop.items), len(shop.user_ids), len(shop.categories)) == (200, 12, 50)
    assert len(shop.interactions) == 12 * 9
    assert set(shop.items["categories"].explode()) == set(shop.categories)
    assert not shop.interactions["timestamp"].has_nulls()
    assert "seed 1" in shop.info.source
    assert "gift_share 0.3" in shop.info.source


def test_gifts_are_known_by_title_and_category(shop: Dataset) -> None:
    gifts = gift_items(shop)
    assert gifts.sum() == 60
    wrapped = shop.items.filter(pl.Series(gifts))
    assert wrapped["title"].str.starts_with("Gift-wrapped").all()
    assert wrapped["categories"].to_list() == [["occasion:gift"]] * 60
    assert not shop.items.filter(pl.Series(~gifts))["title"].str.contains("(?i)gift").any()
    assert gifts[shop.user_items.values].mean() == pytest.approx(0.3, abs=0.05)


def test_an_earlier_shop_is_replaced(tmp_path: Path) -> None:
    generate_shop(tmp_path / "shop", SMALL, seed=1)
    fewer = generate_shop(tmp_path / "shop", SMALL.model_copy(update={"users": 11}), seed=1)
    assert len(fewer.user_ids) == 11
    assert [path.name for path in tmp_path.iterdir()] == ["shop"]


def test_what_is_not_a_generated_shop_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(DataError, match=r"is not empty and holds no generated shop.*name a new or empty folder"):
        generate_shop(tmp_path, SMALL)
    with pytest.raises(DataError, match=r"thesis\.txt is a file"):
        generate_shop(tmp_path / "thesis.txt", SMALL)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_an_imported_dataset_is_left_alone(shop: Dataset, tmp_path: Path) -> None:
    imported = Dataset(tmp_path, shop.info.model_copy(update={"source": "our shop"}), shop.items, shop.interactions)
    imported.write()
    with pytest.raises(DataError, match="holds no generated shop"):
        generate_shop(tmp_path, SMALL)


def test_a_shop_with_somebodys_files_in_it_is_left_alone(tmp_path: Path) -> None:
    generate_shop(tmp_path / "shop", SMALL)
    (tmp_path / "shop" / "notes.md").write_text("mine")
    with pytest.raises(DataError, match=r"also holds 'notes\.md'"):
        generate_shop(tmp_path / "shop", SMALL)


def test_a_shop_that_cannot_be_made_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="200 items, 140 of them"):
        generate_shop(tmp_path / "shop", ShopSettings(items=200, categories=400))
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_drawing_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr("visualtaste.data.shop.generate.draw_jpeg", interrupt)
    with pytest.raises(KeyboardInterrupt):
        generate_shop(tmp_path / "shop", SMALL)
    assert list(tmp_path.iterdir()) == []


def test_without_gifts_there_is_nothing_wrapped(tmp_path: Path) -> None:
    shop = generate_shop(tmp_path / "shop", SMALL.model_copy(update={"gift_share": 0.0}))
    assert not np.any(gift_items(shop))
    assert "occasion:gift" not in shop.categories
