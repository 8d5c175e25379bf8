from __future__ import annotations

import os
from pathlib import Path

import typer
from typer.testing import CliRunner

from support.linked_dataset import linked_dataset
from visualtaste.cli.images import images
from visualtaste.data.downloads.settings import DownloadSettings
from visualtaste.locks import exclusive

app = typer.Typer()
app.command()(images)


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, " ".join(result.stdout.split()), " ".join(result.stderr.split())


def test_nothing_to_fetch_is_said(tmp_path: Path) -> None:
    linked_dataset(tmp_path, [None, None])
    code, shown, _ = run(str(tmp_path))
    assert code == 0
    assert "no address 2 neither photo nor address i0" in shown
    assert "addresses gave" not in shown
    assert "--retry" not in shown


def test_what_cannot_be_is_one_line(tmp_path: Path) -> None:
    assert "is not a dataset folder" in run(str(tmp_path / "nothing"))[2]
    linked_dataset(tmp_path, [None])
    with exclusive(tmp_path / ".lock"):
        code, _, err = run(str(tmp_path))
    assert code == 2
    assert f"is being written by process {os.getpid()}: wait until it ends" in err
    assert "concurrency = 0: Input should be greater than or equal to 1" in run(str(tmp_path), "--concurrency", "0")[2]


def test_defaults_are_those_of_the_settings() -> None:
    fields = DownloadSettings.model_fields
    options = [option for option in typer.main.get_command(app).params if option.name in fields]
    assert len(options) == 10
    for option in options:
        assert option.default == fields[str(option.name)].default, option.name
