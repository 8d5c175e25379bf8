"""`visualtaste import amazon` by the real command, with files as large as a screen."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from support.amazon_files import early_review, item_2014, item_2018, item_2023, review_2023, write_lines
from visualtaste.data.dataset import Dataset


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    program = [str(Path(sys.executable).with_name("visualtaste")), "import", "amazon", "-o", "dataset"]
    files = ["--reviews", "reviews", "--metadata", "meta"]
    return subprocess.run([*program, *files, *options], capture_output=True, text=True, check=False, cwd=folder)


def test_a_recipe_and_an_option_that_wins_over_it(tmp_path: Path) -> None:
    users, items = [f"user {number}" for number in range(6)], [f"item-{number}" for number in range(6)]
    reviews = [review_2023(user, item) for user in users for item in items]
    write_lines(tmp_path / "reviews", ["<html>", *reviews[:-4]])  # the last user has two of six items
    write_lines(tmp_path / "meta", [item_2023(item, "Home &amp; Kitchen", item) for item in [*items, "unbought"]])
    finished = run(tmp_path, "--recipe", "home-and-kitchen")
    assert finished.returncode == 0, finished.stderr
    assert "taken for the edition 2023" in finished.stderr
    assert "malformed: not JSON" in finished.stdout
    assert "dataset/malformed.jsonl" in finished.stdout
    assert "photos of 6 items are still to be downloaded: visualtaste images dataset" in finished.stdout
    dataset = Dataset.read(tmp_path / "dataset")
    assert (len(dataset.user_ids), len(dataset.items)) == (5, 6)  # the 5-core, without those that nobody bought
    assert dataset.categories == ("Home & Kitchen", *items)  # however rare

    finished = run(tmp_path, "--recipe", "home-and-kitchen", "--min-item-users", "6", "--min-user-items", "2")
    assert finished.returncode == 0, finished.stderr
    assert Dataset.read(tmp_path / "dataset").items["item_id"].to_list() == items[:2]


def test_another_edition_is_one_line(tmp_path: Path) -> None:
    write_lines(tmp_path / "reviews", [early_review("ann", "a")])
    write_lines(tmp_path / "meta", [item_2018("a", "x")])
    finished = run(tmp_path, "--edition", "2014")
    assert finished.returncode == 2
    assert finished.stderr.startswith("error: meta: has metadata of the edition 2018 in it")
    assert finished.stderr.count("\n") == 1
    assert not (tmp_path / "dataset").exists()


def test_stop_is_an_option(tmp_path: Path) -> None:
    write_lines(tmp_path / "reviews", [early_review("ann", "a")])
    write_lines(tmp_path / "meta", [item_2014("a", ["Toys", "Games", "Chess"])], literals=True)
    minima = ["--min-user-items", "1", "--min-category-items", "1"]
    finished = run(tmp_path, "--stop", "toys", "--stop", "games", *minima)
    assert finished.returncode == 0, finished.stderr
    assert Dataset.read(tmp_path / "dataset").categories == ("Chess",)
