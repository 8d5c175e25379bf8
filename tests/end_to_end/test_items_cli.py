"""The real commands, in processes of their own: index a shop, recommend from it, without anything of training."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from support.items import write_tinted_shop


def command(*arguments, **environment):
    done = subprocess.run(
        [sys.executable, "-m", "visualtaste", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("items")
    write_tinted_shop(folder / "shop")
    return folder / "shop"


def test_index_and_recommend(shop, tiny_model_folder, tmp_path):
    model = shutil.copytree(tiny_model_folder, tmp_path / "model")
    code, output, errors = command("index", model, shop)
    assert code == 0, errors
    assert "30 items of 6 products" in output
    photos = [shop / f"green-shirt-{tint}.png" for tint in range(3)]
    code, output, errors = command("recommend", model, *photos, "-k", 4, "--json")
    assert code == 0, errors
    found = json.loads(output)
    assert found["known"] == ["green-shirt-0", "green-shirt-1", "green-shirt-2"]
    ids = [item["item_id"] for item in found["items"]]
    assert len(ids) == 4
    assert ids[0].startswith("green")
    assert not set(ids) & set(found["known"])
    code, output, errors = command("recommend", model, *photos, "--category", "colour: blue", COLUMNS="80")
    assert code == 0, errors
    assert all("blue" in line for line in output.splitlines()[1:])
    assert max(map(len, output.splitlines())) <= 80


def test_an_index_that_was_damaged_is_refused(indexed_model_folder, photos, tmp_path):
    model = shutil.copytree(indexed_model_folder, tmp_path / "model")
    os.truncate(model / "items" / "features.npy", 100)
    code, output, errors = command("recommend", model, *photos)
    assert (code, output) == (2, "")
    assert errors.count("\n") == 1
    assert "features.npy is not what was written" in errors


def test_recommending_imports_nothing_of_training(indexed_model_folder, photos):
    code = """
import sys, visualtaste
found = visualtaste.Recommender.load(sys.argv[1]).recommend(sys.argv[2:], k=3)
assert len(found) == 3
heavy = {"torch", "transformers", "polars", "scipy", "safetensors", "onnx", "matplotlib"}
print(sorted(heavy & {name.split(".")[0] for name in sys.modules}))
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, indexed_model_folder, *photos], capture_output=True, text=True
    )
    assert done.stderr == ""
    assert done.stdout == "[]\n"
