"""`visualtaste index` and `recommend`, as people and programs call them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from support.photos import save_photo
from visualtaste.cli.index import index
from visualtaste.cli.recommend import recommend
from visualtaste.recommend.recommender import Recommender

app = typer.Typer()
app.command()(index)
app.command()(recommend)


def run(*arguments: Path | str) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def strange(tmp_path: Path) -> Path:
    return save_photo(tmp_path / "strange.png", (200, 60, 30))


def test_a_table_for_people(indexed_model_folder: Path, strange: Path) -> None:
    result = run("recommend", indexed_model_folder, strange, "-k", "2")
    assert result.exit_code == 0, result.output
    found = Recommender.load(indexed_model_folder).recommend([strange], k=2)
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["item", "title", "score", "mostly", "for"]
    for line, item in zip(lines[1:], found, strict=True):
        assert item.item_id in line
        assert f"{item.score:.2f}" in line
        assert "looks" in line
    assert result.stderr == ""


def test_an_object_for_programs(indexed_model_folder: Path, strange: Path, tmp_path: Path) -> None:
    text = tmp_path / "text.jpg"
    text.write_text("no photo")
    options = ("--known", "red-lamp-1", "-k", "3", "--category", "kind: shirt", "--variants", "--diversity", "0.2")
    result = run("recommend", indexed_model_folder, strange, text, *options, "--json")
    assert result.exit_code == 0, result.output
    found = Recommender.load(indexed_model_folder).recommend(
        [strange], known=["red-lamp-1"], k=3, category="kind: shirt", variants=True, diversity=0.2
    )
    printed = json.loads(result.stdout)
    assert printed == {
        "model": str(indexed_model_folder),
        "items": [
            {
                "item_id": item.item_id,
                "title": item.title,
                "categories": list(item.categories),
                "score": item.score,
                "parts": item.parts,
            }
            for item in found
        ],
        "known": ["red-lamp-1"],
        "photos": [str(strange)],
        "skipped": [{"photo": str(text), "reason": "not-an-image", "message": printed["skipped"][0]["message"]}],
    }
    assert len(printed["items"]) == 3
    assert result.stderr.startswith(f"skipped: {text}: not an image")


def test_explained_items_name_the_photos_that_are_listed(indexed_model_folder: Path, strange: Path) -> None:
    green = indexed_model_folder.parent / "shop" / "green-lamp-3.png"
    result = run("recommend", indexed_model_folder, strange, green, "-k", "2", "--explain")
    assert result.exit_code == 0, result.output
    found = Recommender.load(indexed_model_folder).recommend([strange, green], k=2)
    lines = result.stdout.splitlines()
    assert lines[0].split()[-2:] == ["because", "of"]
    for item in found:
        (because,) = found.explain(item).because
        line = next(line for line in lines if item.item_id in line)
        assert f"photo {because + 1} (+{found.explain(item).contributions[because]:.2f})" in line
    unfolded = "".join(result.stdout.split())
    assert f"photo1{strange}2{green}Becauseof:" in unfolded
    assert unfolded.endswith("dividedbyShapleyvalues;theotherpartsaresumsoverphotos.")


def test_known_items_are_listed_behind_the_photos(indexed_model_folder: Path, strange: Path) -> None:
    result = run("recommend", indexed_model_folder, strange, "--known", "blue-lamp-1", "-k", "1", "--explain")
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["2", "blue-lamp-1"] in lines
    assert "item 1 (+" in result.stdout or "item 2 (+" in result.stdout


def test_explained_items_for_programs(indexed_model_folder: Path, strange: Path) -> None:
    options = ("--known", "blue-lamp-1", "-k", "2", "--json")
    plain = json.loads(run("recommend", indexed_model_folder, strange, *options).stdout)
    explained = json.loads(run("recommend", indexed_model_folder, strange, *options, "--explain").stdout)
    assert explained.pop("shown") == [str(strange), "blue-lamp-1"]
    for item in explained["items"]:
        why = item.pop("why")
        assert set(why) == {"method", "start", "contributions", "parts", "uncertainty"}
        total = why["start"] + sum(why["contributions"]) + item["parts"]["popularity"] + item["parts"]["recent"]
        assert total == pytest.approx(item["score"], abs=1e-3)
    assert explained == plain


def test_too_few_items_are_said(indexed_model_folder: Path, strange: Path) -> None:
    result = run("recommend", indexed_model_folder, strange, "--known", "red-shirt-0", "--category", "colour: red")
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 3
    assert result.stderr.splitlines() == [
        "1 known item left out",
        "there are no more items of the category 'colour: red' that the person does not have",
    ]


def test_mistakes_are_one_line(indexed_model_folder: Path, tiny_model_folder: Path, strange: Path) -> None:
    for arguments, message in (
        ((tiny_model_folder, strange), "has no item index: `visualtaste index` makes one"),
        ((indexed_model_folder,), "at least one photo or known item, none was given"),
        ((indexed_model_folder, strange, "--category", "kind: shrit"), "did you mean 'kind: shirt'?"),
        ((indexed_model_folder, strange, "--known", "nothing"), "item 'nothing' is not in the index"),
    ):
        result = run("recommend", *arguments)
        assert result.exit_code == 2
        assert result.stdout == ""
        assert len(result.stderr.splitlines()) == 1
        assert message in result.stderr
    assert run("recommend", indexed_model_folder, strange, "-k", "0").exit_code == 2
    assert run("recommend", indexed_model_folder, strange, "--diversity", "2").exit_code == 2


def test_index_says_what_it_made(indexed_model_folder: Path, tmp_path: Path) -> None:
    model = shutil.copytree(indexed_model_folder, tmp_path / "model")
    shutil.rmtree(model / "items")
    result = run("index", model, indexed_model_folder.parent / "shop")
    assert result.exit_code == 0, result.output
    assert "30 items of 6 products, 1 without a usable photo left out" in result.stdout
    assert "validation users" in result.stdout
    weights = Recommender.load(model).index.manifest.blend
    row = next(line for line in result.stdout.splitlines() if line.startswith("visual"))
    assert row.split() == ["visual", f"{weights.photos.visual:.2f}", f"{weights.known.visual:.2f}"]
    assert "none" not in result.stdout


def test_a_model_that_is_none_cannot_be_indexed(indexed_model_folder: Path, tmp_path: Path) -> None:
    result = run("index", tmp_path, indexed_model_folder.parent / "shop")
    assert result.exit_code == 2
    assert "is not a complete model" in result.stderr
