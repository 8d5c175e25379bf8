"""Models asked about users; the tiny model sees a photo's colour, and colours are all that these users want."""

import json
import shutil

import numpy as np
import pytest

from support.colour_shop import USERS, with_settings, write_colour_shop
from support.tiny_model import write_tiny_model
from visualtaste.artifact.folder import read_manifest, seal
from visualtaste.artifact.manifest import TasteManifest
from visualtaste.errors import DataError
from visualtaste.evaluation.evaluate import evaluate
from visualtaste.evaluation.exam import Exam
from visualtaste.evaluation.methods import pooled_item_classifier, popularity
from visualtaste.evaluation.write import write_evaluation
from visualtaste.inference.taste_model import TasteModel
from visualtaste.progress import Silent


@pytest.fixture
def dataset(tmp_path):
    return write_colour_shop(tmp_path / "data")


@pytest.fixture
def model(tmp_path):
    return TasteModel.load(write_tiny_model(tmp_path / "model"))


@pytest.mark.parametrize("protocol", ["observed", "held-out"])
def test_a_model_that_sees_colours_knows_what_is_wanted(model, dataset, protocol):
    evaluation = evaluate([model], dataset, protocol).evaluation
    assert [method.name for method in evaluation.methods][:2] == ["popularity", "item_classifier"]
    (name,) = [method.name for method in evaluation.methods[2:]]
    assert evaluation.estimate(name, "precision", k=1).value == 1.0
    asked = evaluate([model], dataset, protocol).exams[0].asked.users
    reds = sum(dataset.user_ids[user].startswith("red") for user in asked)
    assert evaluation.estimate("popularity", "precision", k=1).value == pytest.approx(reds / evaluation.users)


def test_only_test_users_of_the_models_own_split_are_asked(model, dataset):
    exam = Exam.of(model, dataset, "observed", Silent())
    assert 0 < len(exam.asked.users) < len(USERS)
    for exam_user, shown in zip(exam.asked.users, exam.questions.shown, strict=True):
        colour = dataset.user_ids[exam_user].split("-")[0]
        assert {dataset.items["item_id"][int(item)].split("-")[0] for item in shown} == {colour}


def test_a_model_taught_another_question_says_so(model, dataset):
    held_out = evaluate([model], dataset, "held-out").evaluation
    assert held_out.methods[-1].name == "attention-taught-observed"
    assert evaluate([model], dataset, "observed").evaluation.methods[-1].name == "attention"


def test_folds_of_one_method_are_put_together(tmp_path, dataset):
    models = [
        with_settings(write_tiny_model(tmp_path / f"fold{fold}"), split={"fold": fold, "test": 0.2})
        for fold in (3, 0, 1, 4, 2)
    ]
    evaluated = evaluate(models, dataset, "observed")
    assert evaluated.evaluation.folds == 5
    assert evaluated.evaluation.users == len(USERS)
    assert [exam.model.manifest.split.fold for exam in evaluated.exams] == [0, 1, 2, 3, 4]
    assert sorted(np.concatenate([exam.asked.users for exam in evaluated.exams])) == list(range(len(USERS)))


def test_two_models_that_test_the_same_users_are_refused(tmp_path, model, dataset):
    shutil.copytree(model.folder, tmp_path / "copy")
    with pytest.raises(DataError, match="one model for each fold"):
        evaluate([model, TasteModel.load(tmp_path / "copy")], dataset, "observed")


def test_methods_that_test_different_users_are_refused(tmp_path, model, dataset):
    other = with_settings(write_tiny_model(tmp_path / "other"), split={"fold": 1}, interests={"pooling": "average"})
    with pytest.raises(DataError, match="same folds"):
        evaluate([model, other], dataset, "observed")


def test_unusable_photos_leave_users_out_by_reason(model, dataset):
    for number in range(4):
        (dataset.folder / f"red-{number}.png").write_bytes(b"no picture")
    exam = Exam.of(model, dataset, "observed", Silent())
    assert not any(dataset.user_ids[user].startswith("red") for user in exam.asked.users)
    assert exam.asked.left_out["without a usable photo"] > 0
    skipped = evaluate([model], dataset, "observed").evaluation.skipped
    assert {one.reason: one.count for one in skipped} == dict(exam.asked.left_out)


def test_new_interests_of_users_without_new_ones_cannot_be_asked(model, dataset):
    with pytest.raises(DataError, match="anything to predict"):
        evaluate([model], dataset, "new-interests")


def test_noisy_or_is_the_chance_that_one_photo_shows_it(model, dataset):
    exam = Exam.of(model, dataset, "observed", Silent())
    found = pooled_item_classifier(exam)
    for user, shown in enumerate(exam.questions.shown):
        each = model.item_probabilities(exam.features[shown].astype(np.float32)).astype(np.float64)
        np.testing.assert_allclose(found[user], 1 - np.prod(1 - each, axis=0), rtol=1e-5)


def test_popularity_is_the_same_for_everyone(model, dataset):
    exam = Exam.of(model, dataset, "observed", Silent())
    np.testing.assert_allclose(popularity(exam), [[0.5, 0.4, 0.3, 0.2, 0.1]] * len(exam.asked.users))


def test_a_data_set_of_other_categories_is_refused(tmp_path, dataset):
    model = write_tiny_model(tmp_path / "m")
    renamed = {"categories": ("a", "b", "c", "d", "e"), "files": {}}
    seal(model, read_manifest(model, TasteManifest).model_copy(update=renamed))
    with pytest.raises(DataError, match="none of the 5 categories"):
        evaluate([TasteModel.load(model)], dataset, "observed")


@pytest.mark.parametrize("protocol", ["observed", "held-out"])
def test_the_files_hold_the_result_and_example_users(tmp_path, model, dataset, protocol):
    report = write_evaluation(evaluate([model], dataset, protocol), dataset, tmp_path / "out")
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert metrics["protocol"] == protocol
    assert metrics["methods"][0]["name"] == "popularity"
    html = report.read_text()
    assert "data:image/" in html
    assert any(user in html for user in USERS)
