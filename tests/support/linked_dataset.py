"""Datasets whose items have addresses instead of photos, and settings to download them in no time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from visualtaste.data.dataset import INTERACTION_SCHEMA, ITEM_SCHEMA, Dataset, DatasetInfo
from visualtaste.data.downloads.settings import DownloadSettings


def linked_dataset(
    folder: Path,
    addresses: Sequence[str | None],
    *,
    images: Mapping[int, str] | None = None,
    categories: Sequence[Sequence[str]] | None = None,
    image_root: str = "photos",
    users: int = 2,
) -> Dataset:
    """Items i0, i1, ... with these addresses, bought in turn by users u0, u1, ...; `images` names photos by row."""
    rows = [
        {
            "item_id": f"i{row}",
            "image": (images or {}).get(row),
            "image_url": address,
            "title": None,
            "categories": list(categories[row]) if categories else ["a" if row % 2 else "b"],
        }
        for row, address in enumerate(addresses)
    ]
    bought = [(f"u{row % users}", f"i{row}", row) for row in range(len(addresses))]
    names = sorted({name for row in rows for name in row["categories"]})
    info = DatasetInfo(name="linked", source="a test", image_root=image_root, categories=tuple(names))
    items = pl.DataFrame(rows, schema=ITEM_SCHEMA)
    dataset = Dataset(folder, info, items, pl.DataFrame(bought, schema=INTERACTION_SCHEMA, orient="row"))
    dataset.write()
    return dataset


def images_of(folder: Path) -> dict[str, dict[str, object]]:
    """The rows of images.parquet by item."""
    return {row["item_id"]: row for row in pl.read_parquet(folder / "images.parquet").iter_rows(named=True)}


def impatient(**settings: Any) -> DownloadSettings:
    """Settings that allow this machine to be asked and hardly wait between tries."""
    return DownloadSettings(**({"allow_private": True, "backoff": 0.001, "max_bytes": 1_000_000} | settings))
