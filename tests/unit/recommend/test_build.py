"""Making an index: what is left out, what is learned from whom."""

import json
import shutil

import numpy as np
import polars as pl
import pytest

from support.items import write_tinted_shop
from visualtaste.data.dataset import Dataset
from visualtaste.data.splits import split_users
from visualtaste.errors import DataError
from visualtaste.inference.taste_model import TasteModel
from visualtaste.recommend.build import index_items
from visualtaste.recommend.manifest import ARRAYS


@pytest.fixture
def model(tiny_model_folder, tmp_path):
    return TasteModel.load(shutil.copytree(tiny_model_folder, tmp_path / "model"))


@pytest.fixture
def shop(tmp_path):
    return write_tinted_shop(tmp_path / "shop")


def rewritten(shop, folder, interactions):
    """The same shop with other purchases."""
    info = shop.info.model_copy(update={"image_root": "../shop"})
    dataset = Dataset(folder, info, shop.items, interactions)
    dataset.write()
    return Dataset.read(folder)


def of_users(shop, users):
    return pl.col("user_id").is_in([shop.user_ids[user] for user in users])


def test_items_without_a_photo_are_left_out_and_counted(model, shop):
    index = index_items(model, shop)
    assert (index.manifest.items, index.manifest.left_out, index.manifest.product_count) == (30, 1, 6)
    assert list(index.catalogue.ids) == shop.items["item_id"].to_list()[:30]
    assert list(index.catalogue.titles) == shop.items["title"].to_list()[:30]
    assert index.catalogue.products.tolist() == [row // 5 * 5 for row in range(30)]
    content = json.loads((model.folder / "items" / "items.json").read_text())
    assert set(content["files"]) == {f"{name}.npy" for name in ARRAYS}
    assert content["data"]["name"] == "tints"


def test_sales_are_those_of_training_users(model, shop, monkeypatch):
    monkeypatch.setattr("visualtaste.recommend.popularity.FEWEST", 0.5)
    index = index_items(model, shop)
    train = [shop.user_ids[user] for user in split_users(shop.user_ids, model.manifest.split).train]
    bought = dict(
        shop.interactions.filter(pl.col("user_id").is_in(train)).group_by("item_id").len("purchases").iter_rows()
    )
    expected = np.log([max(bought.get(item, 0), 0.5) / 0.5 for item in index.catalogue.ids])
    np.testing.assert_allclose(index.catalogue.codes(np.arange(30)).sales[:, 0], expected, atol=2e-3)


def test_of_test_users_nothing_is_read(model, shop, tmp_path):
    """What they bought may be anything: the index is the same."""
    first = index_items(model, shop)
    test = of_users(shop, split_users(shop.user_ids, model.manifest.split).test)
    others = pl.col("item_id").replace_strict({f"red-shirt-{t}": f"blue-lamp-{t}" for t in range(5)}, default=None)
    changed = shop.interactions.with_columns(
        pl.when(test).then(pl.coalesce(others, "item_id")).otherwise("item_id").alias("item_id"),
        pl.when(test).then(pl.col("timestamp") + 10**8).otherwise("timestamp").alias("timestamp"),
    ).unique(["user_id", "item_id"], maintain_order=True)
    assert not changed.equals(shop.interactions)
    second = index_items(model, rewritten(shop, tmp_path / "changed", changed))
    assert second.manifest.blend == first.manifest.blend
    assert second.manifest.files == first.manifest.files


def test_validation_users_decide_the_weights_and_nothing_else(model, shop, tmp_path):
    first = index_items(model, shop)
    assert first.manifest.tuning.users > 0
    surprise = first.manifest.tuning.surprise
    for name in ("photos", "known"):
        assert surprise[f"{name}, tuned"] <= surprise[f"{name}, at the start"] <= surprise["all items equal"] + 1
    validation = of_users(shop, split_users(shop.user_ids, model.manifest.split).validation)
    without = index_items(model, rewritten(shop, tmp_path / "without", shop.interactions.filter(~validation)))
    assert without.manifest.blend != first.manifest.blend
    changed = dict(without.manifest.files.items() ^ first.manifest.files.items())
    assert set(changed) <= {"graph_stretch.npy"}  # which goes by the weights


def test_a_catalogue_may_be_sampled_for_the_weights(model, shop, monkeypatch):
    monkeypatch.setattr("visualtaste.recommend.lessons._ITEMS", 20)
    monkeypatch.setattr("visualtaste.recommend.lessons._USERS", 3)
    tuning = index_items(model, shop).manifest.tuning
    assert tuning.users == 3
    assert tuning.surprise["all items equal"] == pytest.approx(np.log(28), abs=0.1)  # of 30, less those shown


def test_a_dataset_of_other_categories_is_refused(model, shop, tmp_path):
    info = shop.info.model_copy(update={"image_root": "../shop", "categories": ("smell: sweet",)})
    items = shop.items.with_columns(pl.lit(["smell: sweet"]).alias("categories"))
    Dataset(tmp_path / "other", info, items, shop.interactions).write()
    with pytest.raises(DataError, match="has none of the 5 categories"):
        index_items(model, Dataset.read(tmp_path / "other"))
