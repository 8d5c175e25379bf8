import numpy as np
import polars as pl
import pytest

from visualtaste.config import SplitSettings
from visualtaste.data.dataset import INTERACTION_SCHEMA, ITEM_SCHEMA, Dataset, DatasetInfo
from visualtaste.errors import DataError
from visualtaste.training.learners import Learners

USERS = [f"user{number:02}" for number in range(40)]
SETTINGS = SplitSettings(test=0.25, validation=0.2, max_category_share=0.8)


def _dataset(folder, categories_of):
    """40 users with two items each: item "common" of everyone, and one of their own."""
    items = ["common", *(f"item-{user}" for user in USERS)]
    table = pl.DataFrame(
        {
            "item_id": items,
            "image": [None if item == "item-user07" else f"{item}.jpg" for item in items],
            "image_url": [None] * len(items),
            "title": items,
            "categories": [categories_of(item) for item in items],
        },
        schema=ITEM_SCHEMA,
    )
    pairs = [(user, item, 0) for user in USERS for item in ("common", f"item-{user}")]
    vocabulary = tuple(sorted({category for row in table["categories"] for category in row}))
    info = DatasetInfo(name="d", source="s", image_root=".", categories=vocabulary)
    return Dataset(folder, info, table, pl.DataFrame(pairs, schema=INTERACTION_SCHEMA, orient="row"))


def _categories(item):
    if item == "common":
        return ["everyone"]
    return ["even" if int(item[-2:]) % 2 == 0 else "odd"]


def test_categories_that_most_training_users_own_are_dropped(tmp_path):
    learners = Learners.of(_dataset(tmp_path, _categories), SETTINGS)
    assert learners.dropped == ("everyone",)
    assert learners.categories == ("even", "odd")
    assert learners.labels[1].tolist() == [0]  # item-user00
    assert learners.labels[2].tolist() == [1]


def test_keeping_all_is_a_setting(tmp_path):
    settings = SETTINGS.model_copy(update={"max_category_share": 1.0})
    assert Learners.of(_dataset(tmp_path, _categories), settings).dropped == ()


def test_nothing_left_to_learn_names_the_setting(tmp_path):
    with pytest.raises(DataError, match="max_category_share"):
        Learners.of(_dataset(tmp_path, lambda item: ["everyone"]), SETTINGS)


def test_photos_are_those_of_training_users_with_a_category(tmp_path):
    dataset = _dataset(tmp_path, _categories)
    learners = Learners.of(dataset, SETTINGS)
    photos = learners.photos()
    names = dataset.items["item_id"].to_numpy()
    owners = {f"item-{dataset.user_ids[user]}" for user in learners.split.train} - {"item-user07"}
    assert set(names[photos.train]) == owners  # not "common": its only category is dropped
    assert not set(photos.train) & set(photos.validation)
    tested = {f"item-{dataset.user_ids[user]}" for user in learners.split.test}
    assert not tested & set(names[np.concatenate([photos.train, photos.validation])])


def test_the_first_group_trains_stage_1_alone(tmp_path):
    dataset = _dataset(tmp_path, _categories)
    settings = SETTINGS.model_copy(update={"encoder_only": 0.4})
    learners = Learners.of(dataset, settings)
    names = dataset.items["item_id"].to_numpy()
    owners = {f"item-{dataset.user_ids[user]}" for user in learners.split.encoder_only} - {"item-user07"}
    assert owners
    assert set(names[learners.photos().train]) == owners
