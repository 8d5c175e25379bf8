"""`python -m visualtaste interests`, as a shell runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.photos import save_photo


def run(*arguments: Path | str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "visualtaste", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **environment}, encoding="utf-8"
    )


def test_json_goes_alone_to_stdout(tiny_model_folder: Path, photos: list[Path]) -> None:
    done = run("interests", tiny_model_folder, *photos, photos[0].parent / "missing.png", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["interests"][0]["category"] == "colour: red"
    assert done.stderr == f"skipped: {photos[0].parent / 'missing.png'}: no such file\n"


def test_mistakes_are_one_line_and_code_2(tiny_model_folder: Path, tmp_path: Path) -> None:
    done = run("interests", tiny_model_folder, tmp_path / "missing.png")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines()[-1].startswith("error: interests need at least one photo")
    done = run("describe", tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: {tmp_path} is not a complete model: it has no taste.json")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_any_name_can_be_written_to_any_stream(tiny_model_folder: Path, tmp_path: Path, encoding: str) -> None:
    photo = save_photo(tmp_path / "写真.png", (255, 0, 0))
    broken = tmp_path / "壊.png"
    broken.write_text("not a photo")
    done = run("interests", tiny_model_folder, photo, broken, PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert done.returncode == 0
    assert "99.3%" in done.stdout
    assert "skipped: " in done.stderr
