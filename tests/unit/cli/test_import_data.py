from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from support.photos import save_photo
from visualtaste.cli.import_amazon import EditionOption, RecipeOption
from visualtaste.cli.import_data import import_app
from visualtaste.config import CurationSettings
from visualtaste.data.amazon.formats import EDITIONS
from visualtaste.data.amazon.recipes import RECIPES
from visualtaste.data.dataset import Dataset


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "photos").mkdir()
    for name in ("a", "b"):
        save_photo(tmp_path / "photos" / f"{name}.jpg", (0, 99, 0))
    (tmp_path / "photos" / "c.jpg").write_text("<html>")
    (tmp_path / "items.csv").write_text("sku,tags\na,x;y\nb,x\nc,x\n")
    (tmp_path / "log.csv").write_text("user_id,sku\nann,a\nann,b\nann,c\nben,a\n")
    return tmp_path


def run(shop: Path, *options: str) -> tuple[int, str, str]:
    tables = ["--items", f"{shop}/items.csv", "--interactions", f"{shop}/log.csv", "--images", f"{shop}/photos"]
    columns = ["--item-id", "sku", "--categories", "tags", "--separator", ";"]
    result = CliRunner().invoke(import_app, ["tables", *tables, *columns, "-o", f"{shop}/dataset", *options])
    return result.exit_code, result.stdout, result.stderr


def test_the_summary_shows_what_is_kept_and_what_is_not(shop: Path) -> None:
    code, shown, _ = run(shop, "--min-user-items", "2", "--min-category-items", "2", "--name", "toys")
    assert code == 0
    rows = {line[:24].strip(): line[24:].split() for line in shown.splitlines() if line.strip()}
    assert rows["kept"][-4:] == ["1", "2", "2", "1"]
    text = " ".join(shown.split())
    assert "photos: not-an-image -1 -1" in text
    assert "k-core: user with fewer than 2" in text
    assert "dataset.json" in text
    dataset = Dataset.read(shop / "dataset")
    assert (dataset.name, dataset.user_ids, dataset.categories) == ("toys", ["ann"], ("x",))


def test_errors_are_one_line_and_code_2(shop: Path) -> None:
    for options, message in (
        (["--item-id", "skew"], "there is no column 'skew': did you mean 'sku'?"),
        (["--max-user-items", "2"], "options: max_user_items 2 is below min_user_items 5"),
        (["--min-category-items", "0"], "options: min_category_items = 0: Input should be greater than or equal to 1"),
    ):
        code, shown, complaint = run(shop, *options)
        assert code == 2
        assert shown == ""
        assert complaint.startswith("error: ")
        assert message in complaint
        assert complaint.count("\n") == 1


@pytest.mark.parametrize("command", ["hm", "tables", "amazon", "movielens", "recbole"])
def test_every_setting_is_an_option(command: str) -> None:
    shown = CliRunner().invoke(import_app, [command, "--help"], env={"COLUMNS": "200"}).stdout
    for name, field in CurationSettings.model_fields.items():
        assert f"--{name.replace('_', '-')}" in shown
        assert field.description is not None


def test_editions_and_recipes_on_the_command_line_are_all_that_there_are() -> None:
    assert {option.value for option in EditionOption} == {"auto", *EDITIONS}
    assert {option.value for option in RecipeOption} == set(RECIPES)
