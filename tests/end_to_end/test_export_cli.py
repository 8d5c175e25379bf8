"""`visualtaste export`, and what the commands make of it."""

import json
import shutil
from importlib.util import find_spec

import pytest
from typer.testing import CliRunner

from visualtaste.cli.app import app
from visualtaste.recommend.recommender import Recommender


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


@pytest.fixture(scope="module")
def folder(exportable_folder):
    return exportable_folder


def test_int8_needs_a_data_set_and_says_so(folder):
    refused = run("export", folder / "model", "--to", "int8")
    assert refused.exit_code == 2
    assert "give the data set, `visualtaste export" in refused.stderr


def test_a_model_is_exported_and_used_in_int8(folder, tmp_path):
    model, shop = (shutil.copytree(folder / name, tmp_path / name) for name in ("model", "shop"))
    photos = sorted((shop / "images").rglob("*.*"))[:3]
    refused = run("interests", model, *photos, "--int8")
    assert refused.exit_code == 2
    assert "has no int8 encoder: `visualtaste export" in refused.stderr

    done = run("export", model, shop, "--to", "int8")
    assert done.exit_code == 0, done.output
    assert "validation users" in done.stdout
    assert "int8 (features: cosine" in run("describe", model).stdout

    answers = [json.loads(run("interests", model, *photos, "--json", *more).stdout) for more in ([], ["--int8"])]
    for exact, near in zip(*(answer["photos"] for answer in answers), strict=True):
        assert near["attention"] == pytest.approx(exact["attention"], abs=0.05)
    assert answers[0]["interests"] != answers[1]["interests"]

    assert run("index", model, shop, "--int8").exit_code == 0
    assert run("index", model, shop).exit_code == 0
    assert len(list((shop / "features").iterdir())) == 2  # of each encoder its own
    assert run("index", model, shop, "--int8").exit_code == 0
    assert Recommender.load(model).model.precision == "int8"  # else it would not recognise the items' own photos
    recommended = run("recommend", model, *photos, "--json")
    assert json.loads(recommended.stdout)["known"]


@pytest.mark.skipif(find_spec("executorch") is not None, reason="the extra `mobile` is installed")
def test_executorch_without_the_extra_says_what_to_install(folder):
    refused = run("export", folder / "model", "--to", "executorch")
    assert refused.exit_code == 2
    assert "pip install 'visualtaste[mobile]'" in refused.stderr


@pytest.mark.skipif(find_spec("executorch") is None, reason="pip install 'visualtaste[mobile]'")
def test_a_model_is_exported_for_phones(folder, tmp_path):
    model = shutil.copytree(folder / "model", tmp_path / "model")
    done = run("export", model, "--to", "executorch")
    assert done.exit_code == 0, done.output
    assert (model / "encoder.pte").is_file()
    assert "executorch (up to 1024 photos" in run("describe", model).stdout
