"""Genuine rows of the Amazon product data, where they are at hand beside the repository, by the real command."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from support.amazon_files import early_review, item_2018, write_lines
from visualtaste.data.dataset import Dataset

AMAZON = Path(__file__).parents[3] / "shared" / "data" / "amazon"

pytestmark = pytest.mark.skipif(not AMAZON.is_dir(), reason="needs the Amazon data in ../shared/data/amazon")


def run(reviews: Path, metadata: Path, output: Path, *options: str) -> tuple[Dataset, str]:
    minima = ["--min-user-items", "1", "--min-category-items", "1", "--max-user-items", "1000"]
    program = [str(Path(sys.executable).with_name("visualtaste")), "import", "amazon", *minima, *options]
    files = ["--reviews", str(reviews), "--metadata", str(metadata), "-o", str(output)]
    finished = subprocess.run([*program, *files], capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    return Dataset.read(output), finished.stderr


def counts(dataset: Dataset) -> dict[str, tuple[int, ...]]:
    return {
        f"{step.name}: {step.reason}": values
        for step in dataset.info.filters
        if any(values := (step.removed_users, step.removed_items, step.removed_interactions, step.removed_categories))
    }


def test_2018_reviews_and_metadata(tmp_path: Path) -> None:
    reviews, metadata = AMAZON / "Gift_Cards_5.json.gz", AMAZON / "meta_Gift_Cards.json.gz"
    dataset, said = run(reviews, metadata, tmp_path / "dataset")
    assert "taken for the edition 2018" in said
    assert counts(dataset) == {
        # 2,972 reviews of 458 users and 148 items, all of which are among the 1,547 of the metadata
        "labels: text after the end of a category path": (0, 0, 0, 3),
        "duplicates: the user has the item already; the earliest row stays": (0, 0, 7, 0),
        "no category: item without any category that is kept": (0, 5, 58, 0),
        "photos: missing": (0, 886, 476, 4),
    }
    assert (len(dataset.user_ids), len(dataset.items), len(dataset.interactions)) == (458, 656, 2431)
    assert dataset.categories[0] == "Gift Cards"
    assert set(dataset.items["item_id"]) == {
        row["asin"] for row in plain_rows(metadata) if row["category"] and row["imageURLHighRes"]
    }


def test_2018_metadata_with_its_dirt(tmp_path: Path) -> None:
    metadata = AMAZON / "meta_Magazine_Subscriptions.json.gz"
    reviews = write_lines(tmp_path / "reviews.json", [early_review("ann", "B00005N7NQ"), early_review("ann", "x")])
    dataset, _ = run(reviews, metadata, tmp_path / "dataset")
    rows = plain_rows(metadata)
    assert (len(rows), len({row["asin"] for row in rows})) == (3385, 2320)
    assert counts(dataset) == {
        "malformed: doubled: the item was there before": (0, 1065, 0, 0),
        "labels: another spelling of a label": (0, 0, 0, 49),  # with &amp;
        "unknown items: interaction with an item_id that is not among the items": (0, 0, 1, 0),
        "no category: item without any category that is kept": (0, 442, 0, 0),
        "photos: missing": (0, 1074, 0, 28),
    }
    kept = {row["asin"]: row for row in rows if row["category"] and row["imageURLHighRes"]}
    assert set(dataset.items["item_id"]) == kept.keys()
    listed = plain_rows(tmp_path / "dataset" / "malformed.jsonl")
    assert len(listed) == 1065
    assert rows[listed[0]["line"] - 1]["asin"] in {row["asin"] for row in rows[: listed[0]["line"] - 1]}
    assert not [name for name in dataset.categories if "&amp;" in name or "<" in name]
    titles = dict(dataset.items.select("item_id", "title").iter_rows())
    halves = [item for item, row in kept.items() if row["title"].startswith("<span")]
    assert len(halves) > 700
    assert {titles[item] for item in halves} == {None}


@pytest.mark.parametrize(
    ("name", "users", "items", "pairs", "reviews"),
    [
        ("All_Beauty_5.json.gz", 991, 85, 4092, 5269),
        ("AMAZON_FASHION_5.json.gz", 406, 31, 3042, 3176),
        ("Gift_Cards_5.json.gz", 458, 148, 2965, 2972),
    ],
)
def test_2018_reviews(tmp_path: Path, name: str, users: int, items: int, pairs: int, reviews: int) -> None:
    ids = sorted({row["asin"] for row in plain_rows(AMAZON / name)})
    metadata = write_lines(tmp_path / "meta.json.gz", [item_2018(item, "x") for item in ids])
    dataset, _ = run(AMAZON / name, metadata, tmp_path / "dataset")
    assert (len(dataset.user_ids), len(dataset.items), len(dataset.interactions)) == (users, items, pairs)
    assert counts(dataset) == (
        {"duplicates: the user has the item already; the earliest row stays": (0, 0, reviews - pairs, 0)}
    )


def test_2014_reviews_and_metadata(tmp_path: Path) -> None:
    sample, metadata = AMAZON / "Musical_Instruments_5_2014_sample.json", AMAZON / "meta_2014_genuine_lines.json"
    bought = [early_review("ann", item) for item in ("0000191639", "B000GDAOUC", "B000GCQ02O")]
    reviews = tmp_path / "reviews.json"
    reviews.write_bytes(sample.read_bytes().rstrip() + b"\n" + write_lines(tmp_path / "more.json", bought).read_bytes())
    dataset, said = run(reviews, metadata, tmp_path / "dataset")
    assert "taken for the edition 2014" in said
    assert counts(dataset) == {"unknown items: interaction with an item_id that is not among the items": (49, 0, 50, 0)}
    assert len(dataset.items) == 7
    assert dataset.user_ids == ["ann"]
    shoelaces = dataset.items.row(by_predicate=pl.col("item_id") == "B000GDAOUC", named=True)
    assert shoelaces["title"] == 'Pr45" Wht Athletic Lace (pack Of 6 Pairs)'
    assert shoelaces["image_url"] == "http://ecx.images-amazon.com/images/I/41ZhKBIsHnL._SY300_.jpg"
    assert shoelaces["categories"] == [
        "Clothing, Shoes & Jewelry",
        "Novelty, Costumes & More",
        "Shoe Care & Accessories",
        "Shoelaces",
    ]


def plain_rows(path: Path) -> list[dict[str, Any]]:
    content = path.read_bytes()
    lines = gzip.decompress(content) if path.suffix == ".gz" else content
    return [json.loads(line) for line in lines.splitlines()]
