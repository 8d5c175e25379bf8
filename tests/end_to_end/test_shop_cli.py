from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from visualtaste.cli.shop import shop
from visualtaste.data.dataset import Dataset

SMALL = ("--users", "12", "--items", "200", "--categories", "45", "--size", "32")

app = typer.Typer()
app.command()(shop)


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.stdout, result.stderr


def test_a_shop_is_written_and_summed_up(tmp_path: Path) -> None:
    code, shown, way = run("-o", str(tmp_path / "shop"), *SMALL, "--seed", "5", "--gifts", "0.5")
    assert code == 0
    assert "200 of 200" in way
    for line in ("200 items with pictures, 100 of them gift-wrapped", "45 categories", "12 users", "108 purchases"):
        assert line in shown
    dataset = Dataset.read(tmp_path / "shop")
    assert (len(dataset.items), len(dataset.user_ids), len(dataset.categories)) == (200, 12, 45)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--items", "10"), "items = 10"),
        (("--gifts", "1.5"), "gift_share = 1.5"),
        (("--categories", "400"), "categories = 400: 200 items, 140 of them"),
    ],
)
def test_what_cannot_be_is_one_line(tmp_path: Path, options: tuple[str, ...], complaint: str) -> None:
    code, shown, err = run("-o", str(tmp_path / "shop"), *SMALL, *options)
    assert (code, shown) == (2, "")
    assert err.startswith("error:")
    assert complaint in err
    assert err.count("\n") == 1
    assert not (tmp_path / "shop").exists()


def test_foreign_folders_are_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    code, _, err = run("-o", str(tmp_path), *SMALL)
    assert code == 2
    assert "name a new or empty folder" in err
    assert (tmp_path / "thesis.txt").read_text() == "years of work"
