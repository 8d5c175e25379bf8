"""The real purchases of a fashion retailer, where they are at hand beside the repository."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from visualtaste.data.dataset import Dataset

HM = Path(__file__).parents[3] / "shared" / "data" / "hm"


@pytest.mark.skipif(not HM.is_dir(), reason="needs the H&M data in ../shared/data/hm")
def test_the_real_data_is_imported_as_measured_before(tmp_path: Path) -> None:
    output = tmp_path / "dataset"
    files = {"--articles": "articles.parquet", "--transactions": "transactions.csv", "--images": "images"}
    options = [text for option, name in files.items() for text in (option, str(HM / name))]
    program = [str(Path(sys.executable).with_name("visualtaste")), "import", "hm", *options, "-o", str(output)]
    finished = subprocess.run(program, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr

    dataset = Dataset.read(output)
    assert len(dataset.user_ids) == 887  # customers with 5 articles or more
    assert len(dataset.items) == 17_033  # articles with a photo
    assert len(dataset.categories) == 693  # with at least 10 articles; 697 before "Unknown" was no category
    assert len(dataset.interactions) == 27_443 - 1_090 - 7_981  # pairs, less small users', less those beyond 40
    lengths = dataset.user_items.lengths
    assert (lengths.min(), lengths.max()) == (5, 40)
    assert dataset.item_categories.lengths.min() > 0
    assert {category.split(":")[0] for category in dataset.categories} == {
        *("type", "department", "section", "colour", "appearance", "garment", "group", "index", "type+colour")
    }
    steps = {step["reason"]: step for step in json.loads((output / "dataset.json").read_text())["filters"]}
    assert steps["missing"]["removed_items"] == 88_509  # of the full catalogue of 105,542 articles
    assert steps["user with fewer than 5 items"]["removed_users"] == 477
