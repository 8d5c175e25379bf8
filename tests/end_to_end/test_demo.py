"""`visualtaste demo` on a shop small enough to train in seconds; its real size is what makes its figures."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from visualtaste.cli import demo as command
from visualtaste.config import TasteConfig
from visualtaste.recommend.recommender import Recommender

pytestmark = pytest.mark.slow

app = typer.Typer()
app.command()(command.demo)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """As few users and items as a shop can have, two poolings, a training that only just tells photos apart."""
    smaller = {"USERS": 60, "ITEMS": 200, "CATEGORIES": 40, "PAPER_POOLINGS": ("average", "attention")}
    for name, value in smaller.items():
        monkeypatch.setattr(command, name, value)
    shop = TasteConfig.preset("shop")
    few = {"encoder": {"batch_size": 8, "frozen_epochs": 4, "epochs": 1}, "interests": {"epochs": 5}}
    monkeypatch.setattr(TasteConfig, "preset", lambda name: shop.updated(few))


def test_it_ends_with_a_report_that_explains_and_with_items(hasty: None, tmp_path: Path) -> None:
    output = tmp_path / "demo"
    done = CliRunner().invoke(app, ["-o", str(output)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert "> because of </span>" in (output / "report.html").read_text()
    indexed = [folder.parent for folder in output.glob("*/items")]
    assert len(indexed) == 1  # the best model's
    known = Recommender.load(indexed[0]).index.catalogue.ids.rows
    shown = done.stdout[done.stdout.index("Recommended to") :]
    rows = [line.split() for line in shown.splitlines() if "item-" in line]
    assert [row[0] for row in rows] == [str(place) for place in range(1, 9)]
    assert all(row[1] in known for row in rows)
    assert "because of" in shown
    # eight validation users are too few to tell whether int8 is worse; either way it is said
    assert (indexed[0] / "encoder.int8.onnx").exists() != ("int8 is refused" in done.stderr)

    again = CliRunner().invoke(app, ["-o", str(output)], catch_exceptions=False)
    assert again.stdout == done.stdout
    assert "epoch" not in again.stderr  # nothing is trained anew
