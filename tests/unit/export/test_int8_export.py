import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

import visualtaste
from visualtaste.artifact.addition import adding_to
from visualtaste.data.dataset import Dataset
from visualtaste.data.splits import split_users
from visualtaste.errors import ArtifactError, DataError, InUseError, TrainingError
from visualtaste.export.int8 import export as int8
from visualtaste.export.photos import ExportPhotos
from visualtaste.files import digest_file


@pytest.fixture(scope="module")
def shop(exportable_folder):
    return Dataset.read(exportable_folder / "shop")


@pytest.fixture(scope="module")
def float_folder(exportable_folder):
    return exportable_folder / "model"


@pytest.fixture
def folder(float_folder, tmp_path):
    return shutil.copytree(float_folder, tmp_path / "model")


def content(folder):
    return {path.name: digest_file(path) for path in folder.rglob("*") if path.is_file() and path.name[0] != "."}


def test_features_are_those_of_float32_nearly(int8_model_folder, shop):
    folder = int8_model_folder
    record = visualtaste.load(folder).manifest.exports.int8
    photos = [shop.image_path(row) for row in range(20)]
    exact = visualtaste.load(folder).encode(photos)
    near = visualtaste.load(folder, precision="int8").encode(photos)
    cosines = (exact * near).sum(1) / np.linalg.norm(exact, axis=1) / np.linalg.norm(near, axis=1)
    assert cosines.min() >= 0.99
    assert not np.array_equal(exact, near)
    assert record.cosine_mean + 1e-9 >= record.cosine_most >= record.cosine_worst  # the mean is rounded
    assert record.f1_at_15_float32 - record.f1_at_15 <= 0.005


def test_the_manifest_tells_of_it_and_features_are_stored_apart(int8_model_folder):
    folder = int8_model_folder
    model = visualtaste.load(folder, precision="int8")
    record = model.manifest.exports.int8
    assert record.encoder == model.manifest.encoder_digest
    assert model.encoder.key != visualtaste.load(folder).encoder.key
    assert "int8 (features: cosine " in model.describe()
    assert (folder / "encoder.int8.onnx").stat().st_size < 0.5 * (folder / "encoder.onnx").stat().st_size


@pytest.mark.parametrize(
    ("limit", "value", "message"),
    [
        ("LEAST_COSINE", 1.1, r"int8 is refused: of \d+ photos 99 % have features with a cosine of [01]\.\d+ or more"),
        ("LARGEST_FALL", -1.0, r"int8 is refused: F1@15 of \d+ validation users falls from 0\.\d+ to 0\.\d+"),
    ],
)
def test_what_computes_something_else_is_refused_with_the_figures(folder, shop, monkeypatch, limit, value, message):
    before = content(folder)
    monkeypatch.setattr(int8, limit, value)
    monkeypatch.setattr(int8, "COMPARISON", 16)
    with pytest.raises(TrainingError, match=message):
        int8.export_int8(folder, shop)
    assert content(folder) == before


def test_a_model_without_int8_says_how_to_make_it(float_folder):
    with pytest.raises(ArtifactError, match=r"`visualtaste export .* --to int8` makes one"):
        visualtaste.load(float_folder, precision="int8")


def test_int8_of_another_encoder_is_not_loaded(int8_model_folder, tmp_path):
    folder = shutil.copytree(int8_model_folder, tmp_path / "model")
    manifest = json.loads((folder / "taste.json").read_text())
    manifest["exports"]["int8"]["encoder"] = "0" * 64
    (folder / "taste.json").write_text(json.dumps(manifest))
    with pytest.raises(ArtifactError, match="made of another encoder"):
        visualtaste.load(folder, precision="int8")
    visualtaste.load(folder)


def test_an_altered_file_is_refused(int8_model_folder, tmp_path):
    folder = shutil.copytree(int8_model_folder, tmp_path / "model")
    with (folder / "encoder.int8.onnx").open("ab") as stream:
        stream.write(b"\0")
    with pytest.raises(ArtifactError, match="not what was written"):
        visualtaste.load(folder)


def test_two_exports_at_a_time_are_refused(folder, shop):
    with adding_to(folder), pytest.raises(InUseError):
        int8.export_int8(folder, shop)


def test_no_photo_of_test_users_alone_is_used_and_none_serves_twice(float_folder, shop):
    model = visualtaste.load(float_folder)
    photos = ExportPhotos.of(model, shop)
    split = split_users(shop.user_ids, model.manifest.split)
    learners = np.concatenate([split.train, split.encoder_only])
    trained = set(shop.user_items.take(learners).values)
    assert set(photos.calibration) <= trained
    assert set(photos.comparison) <= trained | set(shop.user_items.take(split.validation).values)
    assert set(photos.calibration).isdisjoint(photos.comparison)
    assert set(photos.validation_users) <= set(split.validation)


def test_without_validation_users_it_is_refused_before_anything_is_computed(float_folder, shop):
    model = visualtaste.load(float_folder)
    config = model.manifest.config.updated({"split": {"validation": 0.0}})
    unchecked = replace(model, manifest=model.manifest.model_copy(update={"config": config}))
    with pytest.raises(DataError, match="none of its 60 users is one for validation"):
        ExportPhotos.of(unchecked, shop)


def test_a_data_set_of_other_categories_is_refused(folder, tmp_path):
    from support.colour_shop import write_colour_shop

    with pytest.raises(DataError, match="has none of the"):
        int8.export_int8(folder, write_colour_shop(tmp_path / "colours"))
