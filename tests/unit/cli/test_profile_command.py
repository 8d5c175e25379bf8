"""`visualtaste profile`, as people and programs call it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from visualtaste.cli.profile import profile_app
from visualtaste.inference.profile.intake import photo_id
from visualtaste.inference.profile.profile import Profile
from visualtaste.inference.taste_model import TasteModel


def run(*arguments: Path | str) -> Result:
    return CliRunner().invoke(profile_app, [str(argument) for argument in arguments])


def one_line(result: Result) -> str:
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    return result.stderr


def test_photos_come_and_go(tiny_model_folder: Path, photos: list[Path], tmp_path: Path) -> None:
    file, model = tmp_path / "me.taste", tiny_model_folder
    first = run("add", model, file, photos[0])
    assert first.stdout.startswith("1 photo added. 1 photo in 0.1 kB; features are kept.")
    before = file.read_bytes()
    again = run("add", model, file, *photos, tmp_path / "missing.png")
    assert again.stdout.startswith("2 photos added, 1 already there. 3 photos in")
    assert again.stderr == f"skipped: {tmp_path / 'missing.png'}: no such file\n"

    shown = json.loads(run("show", model, file, "--json", "-k", "2").stdout)
    assert len(shown["interests"]) == 2
    assert {photo["photo"] for photo in shown["photos"]} == {photo_id(photo) for photo in photos}
    assert shown["profile"]["photos"] == 3

    result = run("remove", model, file, photos[1], photo_id(photos[2])[:6])
    assert result.stdout.startswith("2 photos removed. 1 photo in")
    assert file.read_bytes() == before


def test_a_table_for_people(tiny_model_folder: Path, photos: list[Path], tmp_path: Path) -> None:
    run("add", tiny_model_folder, tmp_path / "me.taste", *photos)
    shown = run("show", tiny_model_folder, tmp_path / "me.taste", "-k", "1").stdout
    assert "colour: red" in shown
    assert photo_id(photos[0]) in shown
    assert "3 photos in 0.2 kB; features are kept." in shown


def test_devices_merge(tiny_model_folder: Path, photos: list[Path], tmp_path: Path) -> None:
    here, there, whole = (tmp_path / name for name in ("here", "there", "whole"))
    run("add", tiny_model_folder, here, *photos[:2])
    run("add", tiny_model_folder, there, *photos[1:])
    run("add", tiny_model_folder, whole, *photos)
    result = run("merge", tiny_model_folder, here, there)
    assert result.stdout.startswith("1 photo added. 3 photos in")
    assert here.read_bytes() == whole.read_bytes()


def test_features_can_be_dropped_where_the_model_allows_it(
    pooled_model_folder, photos: list[Path], tmp_path: Path
) -> None:
    file, model = tmp_path / "me.taste", pooled_model_folder("average")
    assert "features are dropped, sums kept" in run("add", model, file, *photos, "--drop-features").stdout
    assert not Profile.from_bytes(TasteModel.load(model), file.read_bytes()).keeps_features
    assert "keeps no features" in one_line(run("remove", model, file, photo_id(photos[0])))
    # a photo that was added with --int8 has to be encoded so to be taken out
    assert "has no int8 encoder" in one_line(run("remove", model, file, photos[0], "--int8"))
    assert run("remove", model, file, photos[0]).stdout.startswith("1 photo removed. 2 photos in")


@pytest.mark.parametrize("there", [True, False])
def test_what_another_process_wrote_meanwhile_is_not_lost(
    tiny_model_folder: Path, photos: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    file, others = tmp_path / "me.taste", tmp_path / "other.taste"
    run("add", tiny_model_folder, others, photos[1])
    if there:
        run("add", tiny_model_folder, file, photos[0])
    add = Profile.add

    def add_beside_another(profile: Profile, photo: Path) -> str:
        file.write_bytes(others.read_bytes())
        return add(profile, photo)

    monkeypatch.setattr(Profile, "add", add_beside_another)
    assert "was changed by somebody else meanwhile" in one_line(run("add", tiny_model_folder, file, photos[2]))
    assert file.read_bytes() == others.read_bytes()


def test_mistakes_are_one_line_and_change_nothing(tiny_model_folder: Path, photos: list[Path], tmp_path: Path) -> None:
    file, model = tmp_path / "me.taste", tiny_model_folder
    run("add", model, file, *photos)
    before = file.read_bytes()
    assert "no photo has an id that begins with 'zz'" in one_line(run("remove", model, file, photos[0], "zz"))
    assert "3 photos have ids that begin with ''" in one_line(run("remove", model, file, ""))
    assert "none of the photos could be read" in run("add", model, file, tmp_path / "missing.png").stderr
    assert "must keep features" in one_line(run("add", model, tmp_path / "new", *photos, "--drop-features"))
    assert "cannot be read: No such file" in one_line(run("show", model, tmp_path / "nowhere"))
    assert "--drop-features is for a new profile" in one_line(run("add", model, file, *photos, "--drop-features"))
    assert "these 0 bytes are no profile" in one_line(run("merge", model, file, _empty(tmp_path)))
    assert file.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "me.taste"]


def _empty(folder: Path) -> Path:
    (folder / "empty").touch()
    return folder / "empty"


@pytest.mark.parametrize("command", ["add", "remove", "merge", "show"])
def test_every_command_says_what_it_does(command: str) -> None:
    assert run(command, "--help").exit_code == 0
