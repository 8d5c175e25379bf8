"""Raw tables as an importer hands them to curation, written as short Python rows."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polars as pl

from visualtaste.config import CurationSettings
from visualtaste.data.curation import curate
from visualtaste.data.dataset import INTERACTION_SCHEMA, ITEM_SCHEMA, Dataset, FilterStep
from visualtaste.progress import Silent


def raw_items(categories: dict[str, list[str]], image: str | None = None) -> pl.DataFrame:
    """One row an item; the photos are still to be downloaded unless `image` names one for all."""
    rows = [
        {"item_id": item, "image": image, "image_url": f"https://shop/{item}", "title": None, "categories": names}
        for item, names in categories.items()
    ]
    return pl.DataFrame(rows, schema=ITEM_SCHEMA)


def raw_interactions(rows: Iterable[tuple[Any, ...]]) -> pl.DataFrame:
    """Rows (user, item) or (user, item, timestamp)."""
    complete = [(*row, None)[:3] for row in rows]
    return pl.DataFrame(complete, schema=INTERACTION_SCHEMA, orient="row")


def curated(items: pl.DataFrame, interactions: pl.DataFrame, folder: Path, **settings: Any) -> Dataset:
    """Curate with minima of 1 unless others are given; photos are looked for in <folder>/photos."""
    (folder / "photos").mkdir(parents=True, exist_ok=True)
    minima = {"min_user_items": 1, "min_category_items": 1}
    return curate(
        items,
        interactions,
        images=folder / "photos",
        folder=folder / "dataset",
        name="test",
        source="a test",
        settings=CurationSettings(**(minima | settings)),
        reporter=Silent(),
    )


def step(dataset: Dataset, name: str, reason: str = "") -> FilterStep:
    """The one step of that name whose reason has that text in it."""
    (found,) = [step for step in dataset.info.filters if step.name == name and reason in step.reason]
    return found


def removed(dataset: Dataset) -> dict[str, tuple[int, int, int, int]]:
    """Counts (users, items, interactions, categories) of every step that removed something."""
    counts = {
        f"{step.name}: {step.reason}": (
            step.removed_users,
            step.removed_items,
            step.removed_interactions,
            step.removed_categories,
        )
        for step in dataset.info.filters
    }
    return {name: values for name, values in counts.items() if any(values)}
