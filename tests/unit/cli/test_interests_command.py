"""`visualtaste interests` and `describe`, as people and programs call them."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from support.photos import save_photo
from visualtaste.artifact.folder import seal
from visualtaste.cli.describe import describe
from visualtaste.cli.interests import interests
from visualtaste.inference.taste_model import TasteModel

app = typer.Typer()
app.command()(interests)
app.command()(describe)


def run(*arguments: Path | str) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def one_line(result: Result) -> str:
    """The error of a command that failed as it should: one line, exit code 2, nothing on stdout."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) == 1
    return lines[0]


def test_a_table_for_people(tiny_model_folder: Path, photos: list[Path]) -> None:
    result = run("interests", tiny_model_folder, *photos, "-k", "2")
    assert result.exit_code == 0
    assert "colour: red" in result.stdout
    assert "kind: shirt" in result.stdout
    assert "kind: lamp" not in result.stdout
    found = TasteModel.load(tiny_model_folder).interests(photos)
    assert f"{found.top(1)[0].probability:.1%}" in result.stdout
    for photo in found.photos:
        assert f"{photo.attention:.1%}" in result.stdout
    assert result.stderr == ""


def test_an_object_for_programs(tiny_model_folder: Path, photos: list[Path], tmp_path: Path) -> None:
    text = tmp_path / "text.jpg"
    text.write_text("not a photo")
    result = run("interests", tiny_model_folder, photos[0], text, "--json", "--top", "3")
    assert result.exit_code == 0
    found = TasteModel.load(tiny_model_folder).interests(photos[:1])
    assert json.loads(result.stdout) == {
        "model": str(tiny_model_folder),
        "calibrated": True,
        "interests": [{"category": i.category, "probability": i.probability} for i in found.top(3)],
        "photos": [{"photo": str(photos[0]), "attention": 1.0}],
        "skipped": [
            {
                "photo": str(text),
                "reason": "not-an-image",
                "message": f"{text}: not an image (JPEG, PNG, WebP, GIF and BMP are read)",
            }
        ],
    }
    assert result.stderr.startswith(f"skipped: {text}: not an image")


def test_why_is_said_on_demand(tiny_model_folder: Path, photos: list[Path]) -> None:
    """A red, a green and a blue photo: each colour is because of its own."""
    result = run("interests", tiny_model_folder, *photos, "--explain", "-k", "5")
    assert result.exit_code == 0
    lines = {line.split("  ")[0]: line.rstrip() for line in result.stdout.splitlines()}
    assert lines["colour: red"].endswith("photo 1")
    assert "Shapley values" in result.stdout

    found = json.loads(run("interests", tiny_model_folder, *photos, "--explain", "--json").stdout)
    for interest in found["interests"]:
        why = interest["why"]
        assert why["base"] + sum(why["contributions"]) == pytest.approx(why["logit"], abs=1e-4)
        assert why["method"] == "Shapley values"
    assert "why" not in json.loads(run("interests", tiny_model_folder, *photos, "--json").stdout)["interests"][0]


def test_a_folder_stands_for_the_images_in_it(tiny_model_folder: Path, photos: list[Path], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(photos[0].parent, tmp_path / "folder"))
    (folder / "notes.txt").write_text("no photo")
    (folder / "._red.png").write_text("left by another system")
    shutil.move(folder / "blue.png", folder / "BLUE.PNG")
    result = run("interests", tiny_model_folder, folder, photos[0], "--json")
    found = json.loads(result.stdout)
    assert found["skipped"] == []
    names = [photo["photo"] for photo in found["photos"]]
    assert names == [*(str(folder / name) for name in ("BLUE.PNG", "green.png", "red.png")), str(photos[0])]


@pytest.mark.parametrize(
    "name", ["[red]x.png", "[/].png", ":car:.png", "größe 写真.png", "a\nb\x1b[31m.png", "\u202egnp.png"]
)
def test_odd_names_are_shown_and_harm_nothing(tiny_model_folder: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    photo = save_photo(tmp_path / name, (255, 0, 0))
    result = run("interests", tiny_model_folder, photo)
    assert result.exit_code == 0
    shown = "".join(line.split("  ")[0] for line in result.stdout.splitlines())
    assert "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in name) in shown
    assert "\x1b" not in result.stdout
    assert json.loads(run("interests", tiny_model_folder, photo, "--json").stdout)["photos"][0]["photo"] == str(photo)
    photo.write_text("not a photo")
    assert "none can be read" in run("interests", tiny_model_folder, photo).stderr.splitlines()[-1]


def test_a_name_that_is_no_text_is_a_name(tiny_model_folder: Path, tmp_path: Path) -> None:
    photo = save_photo(Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.png")), (255, 0, 0))
    result = run("interests", tiny_model_folder, tmp_path)
    assert result.exit_code == 0
    assert "\N{REPLACEMENT CHARACTER}.png" in result.stdout.replace("\n", "")
    assert json.loads(run("interests", tiny_model_folder, photo, "--json").stdout)["photos"][0]["photo"] == str(photo)


def test_unreadable_photos_are_reported_and_enough_readable_ones_do(
    tiny_model_folder: Path, photos: list[Path], tmp_path: Path
) -> None:
    result = run("interests", tiny_model_folder, tmp_path / "missing.jpg", photos[0])
    assert result.exit_code == 0
    assert result.stderr == f"skipped: {tmp_path / 'missing.jpg'}: no such file\n"
    assert "100.0%" in result.stdout
    result = run("interests", tiny_model_folder, tmp_path / "missing.jpg", "--json")
    assert "error: interests need at least one photo, none can be read" in one_line(result)


def test_mistakes_are_one_line(
    tiny_model_folder: Path, tiny_encoder_folder: Path, photos: list[Path], tmp_path: Path
) -> None:
    assert "there is no such folder" in one_line(run("interests", tmp_path / "[red]nowhere", *photos))
    assert "`visualtaste fit-interests` makes one" in one_line(run("interests", tiny_encoder_folder, *photos))
    assert "holds no images (.jpg, " in one_line(run("interests", tiny_model_folder, tmp_path))
    assert "there is no such folder" in one_line(run("describe", tmp_path / "no\nwhere"))
    assert run("interests", tiny_model_folder).exit_code == 2
    assert run("interests", tiny_model_folder, photos[0], "-k", "0").exit_code == 2


def test_describe_prints_the_description(tiny_model_folder: Path, tmp_path: Path) -> None:
    result = run("describe", tiny_model_folder)
    assert result.exit_code == 0
    assert result.stdout == TasteModel.load(tiny_model_folder).describe() + "\n"
    odd = run("describe", shutil.copytree(tiny_model_folder, tmp_path / "mo\x1b[31mdel"))
    assert odd.stdout.startswith(f"{tmp_path}/mo\N{REPLACEMENT CHARACTER}[31mdel, a taste model")


def test_an_uncalibrated_model_gives_scores(tiny_model_folder: Path, photos: list[Path], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny_model_folder, tmp_path / "model"))
    manifest = TasteModel.load(folder).manifest
    config = manifest.config.updated({"interests": {"calibrate": False}})
    seal(folder, manifest.model_copy(update={"config": config}))
    table = run("interests", folder, *photos).stdout
    assert "score" in table
    assert "probability" not in table
    assert json.loads(run("interests", folder, *photos, "--json").stdout)["calibrated"] is False
    assert "scores, not probabilities" in run("describe", folder).stdout
