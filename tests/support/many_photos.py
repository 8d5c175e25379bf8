"""A data set of some hundred items for the tiny encoder, one of whose photos can hold an extraction up."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl

from support.photos import save_photo
from support.tiny_model import CATEGORIES
from visualtaste.data.dataset import INTERACTION_SCHEMA, ITEM_SCHEMA, Dataset, DatasetInfo


def write_many_photos(folder: Path, count: int) -> Dataset:
    """Item r has the photo `r.png`, whose red is r mod 256: its first feature is that over 255."""
    folder.mkdir(parents=True)
    for row in range(count):
        restore_photo(folder, row)
    items = pl.DataFrame(
        {
            "item_id": [f"item-{row}" for row in range(count)],
            "image": [f"{row}.png" for row in range(count)],
            "categories": [[CATEGORIES[0]]] * count,
        }
    ).with_columns(image_url=None, title=None)
    interactions = pl.DataFrame({"user_id": ["u"], "item_id": ["item-0"], "timestamp": [0]})
    info = DatasetInfo(name="many", source="test", image_root=".", categories=CATEGORIES[:1])
    dataset = Dataset(folder, info, items.select(ITEM_SCHEMA.names()).cast(ITEM_SCHEMA), interactions)
    assert interactions.schema == INTERACTION_SCHEMA
    dataset.write()
    return dataset


def restore_photo(folder: Path, row: int) -> None:
    """Write the photo of a row."""
    (folder / f"{row}.png").unlink(missing_ok=True)
    save_photo(folder / f"{row}.png", (row % 256, 0, 0))


def hold_up_at(folder: Path, row: int) -> Path:
    """Make the photo of a row a pipe: who reads it waits until somebody writes to it."""
    pipe = folder / f"{row}.png"
    pipe.unlink()
    os.mkfifo(pipe)
    return pipe
