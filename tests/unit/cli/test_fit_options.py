"""What the training commands refuse before they read anything."""

import pytest
from typer.testing import CliRunner

from visualtaste.cli.app import app


@pytest.mark.parametrize("command", ["fit", "fit-encoder"])
def test_a_url_is_no_output(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, [command, "shop", "-o", "s3://bucket/model"])
    assert result.exit_code == 2
    assert "then copy it" in " ".join(result.output.split())
    assert list(tmp_path.iterdir()) == []


def test_workers_without_a_cluster_are_refused():
    result = CliRunner().invoke(app, ["fit-encoder", "shop", "-o", "encoder", "--workers", "2"])
    assert result.exit_code == 2
    assert "give --cluster too" in result.output
