from dataclasses import replace

import numpy as np
import pytest

from support.colour_shop import USERS
from support.tiny_fold import CONFIG, WITHOUT_PHOTO, prepare_tiny_fold
from support.tiny_model import CATEGORIES, WEIGHT
from visualtaste.artifact.folder import read_manifest, seal
from visualtaste.artifact.manifest import EncoderManifest
from visualtaste.comparison.fold import load_fold, prepare_fold
from visualtaste.data.dataset import Dataset
from visualtaste.errors import TrainingError
from visualtaste.progress import Silent


@pytest.fixture(scope="module")
def fold(tiny_fold):
    return load_fold(tiny_fold, Silent())


def test_every_item_is_classified_by_the_encoders_own_classifier(fold):
    features = np.zeros((12, 4))
    features[np.arange(12), np.arange(12) // 4] = 1  # four red ones, four green ones, four blue ones
    features[:, 3] = 1
    expected = 1 / (1 + np.exp(-features @ WEIGHT))
    expected[WITHOUT_PHOTO] = 0
    assert fold.catalogue.probabilities.dtype == np.float32
    np.testing.assert_allclose(fold.catalogue.probabilities, expected, rtol=1e-5)
    np.testing.assert_allclose(fold.catalogue.features, np.where(expected[:, :1] > 0, features, 0))


def test_the_catalogue_has_the_encoders_categories(fold):
    assert fold.catalogue.width == len(CATEGORIES)
    assert [labels.tolist() for labels in fold.catalogue.categories] == [[item // 4] for item in range(12)]


def test_users_are_divided_and_items_without_photo_left_out(fold):
    lesson = fold.lesson("held-out")
    assert lesson.protocol == "held-out"
    train, validation, test = len(lesson.train), len(lesson.validation), len(fold.test_users)
    assert train + validation + test == len(USERS)
    assert WITHOUT_PHOTO not in lesson.train.values
    assert set(lesson.train.lengths) == {3, 4}
    trained = {tuple(row) for row in lesson.train}
    assert trained == {(0, 1, 2, 3), (4, 5, 6, 7), (8, 9, 10)}, "earliest first"


def test_only_the_part_is_asked_that_is_named(fold):
    asked = fold.ask("held-out", fold.test_users)
    assert set(asked.users) <= set(fold.test_users)
    assert set(asked.questions.shown.lengths) == {2}


def test_what_is_prepared_is_kept(tiny_fold):
    files = [path for path in tiny_fold.folder.rglob("*") if path.is_file()]
    before = {path: path.stat().st_mtime_ns for path in files}
    again = prepare_fold(Dataset.read(tiny_fold.dataset), CONFIG, 0, tiny_fold.folder, Silent())
    assert again == tiny_fold
    assert {path: path.stat().st_mtime_ns for path in tiny_fold.folder.rglob("*") if path.is_file()} == before


def test_an_encoder_of_another_fold_is_refused(tiny_fold):
    with pytest.raises(TrainingError, match="other split"):
        prepare_fold(Dataset.read(tiny_fold.dataset), CONFIG, 1, tiny_fold.folder, Silent())


@pytest.mark.parametrize("network", ["encoder.onnx", "item_classifier.onnx"])
def test_another_encoder_or_classifier_makes_another_fold(tmp_path, network):
    """Whatever was computed with the old one must not be taken for a result of the new one."""
    first = prepare_tiny_fold(tmp_path)
    manifest = read_manifest(first.encoder, EncoderManifest)
    with (first.encoder / network).open("ab") as stream:
        stream.write(b"\x72\x00")  # an empty field of metadata: the same network in another file
    seal(first.encoder, manifest.model_copy(update={"files": {}}))
    second = prepare_fold(Dataset.read(first.dataset), CONFIG, 0, first.folder, Silent())
    assert second.key != first.key
    assert second.item_probabilities != first.item_probabilities
    assert second == replace(first, key=second.key)
