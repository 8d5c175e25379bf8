"""Writes a generated shop as a dataset folder: picture files, items, purchases."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import polars as pl

from visualtaste.data.dataset import INTERACTION_SCHEMA, ITEM_SCHEMA, Dataset, DatasetInfo
from visualtaste.data.shop.draw import draw_jpeg
from visualtaste.data.shop.naming import GIFT_CATEGORY
from visualtaste.data.shop.world import ShopSettings, World, draw_world
from visualtaste.errors import DataError
from visualtaste.files import replace_folder
from visualtaste.progress import Reporter, Silent
from visualtaste.seeding import generator
from visualtaste.types import Bool

SOURCE = "generated shop"  # how dataset.json's `source` starts, which tells such folders from all others
_FILES = frozenset({"images", "items.parquet", "interactions.parquet", "dataset.json"})


def generate_shop(
    folder: Path | str, settings: ShopSettings | None = None, seed: int = 0, reporter: Reporter | None = None
) -> Dataset:
    """Draw the shop of a seed into `folder`; the same settings and seed give the same files, bit for bit.

    The folder appears complete or not at all. One that holds an earlier generated shop is replaced.
    Raises DataError when it holds anything else, ConfigError when the items cannot make as many categories.
    """
    folder, settings, reporter = Path(folder), settings or ShopSettings(), reporter or Silent()
    _refuse_foreign(folder)
    world = draw_world(settings, seed)
    partial = folder.with_name(f".{folder.name}.{os.getpid()}.partial")
    try:
        _draw_pictures(partial / "images", world, settings.image_size, seed, reporter)
        _tables(partial, world, settings, seed).write()
        replace_folder(partial, folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return Dataset.read(folder)


def gift_items(dataset: Dataset) -> Bool:
    """Which items of a generated shop are wrapped as gifts (N,)."""
    return dataset.items["categories"].list.contains(GIFT_CATEGORY).to_numpy()


def _refuse_foreign(folder: Path) -> None:
    """Raise DataError when writing to the folder would lose anything but an earlier generated shop."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise DataError(f"{folder} is a file: name a new or empty folder")
    held = {path.name for path in folder.iterdir()}
    if held and not _holds_shop(folder):
        raise DataError(f"{folder} is not empty and holds no generated shop: name a new or empty folder")
    if strangers := sorted(held - _FILES):
        raise DataError(f"{folder} also holds {strangers[0]!r}, which would be lost: name a new or empty folder")


def _holds_shop(folder: Path) -> bool:
    try:
        return Dataset.read(folder).info.source.startswith(SOURCE)
    except DataError:
        return False


def _draw_pictures(folder: Path, world: World, side: int, seed: int, reporter: Reporter) -> None:
    folder.mkdir(parents=True)
    with reporter.task("Drawing the pictures", total=len(world.looks)) as task:
        for row, look in enumerate(world.looks):
            # each picture has a stream of its own, so none depends on what was drawn before it
            picture = draw_jpeg(look, side, generator(seed, "shop", "picture", row))
            (folder / _image_name(row)).write_bytes(picture)
            task.advance()


def _tables(folder: Path, world: World, settings: ShopSettings, seed: int) -> Dataset:
    item_ids = np.array([f"item-{row:06d}" for row in range(len(world.looks))])
    items = pl.DataFrame(
        {
            "item_id": item_ids,
            "image": [_image_name(row) for row in range(len(world.looks))],
            "image_url": None,
            "title": [look.title for look in world.looks],
            "categories": [list(names) for names in world.names],
        },
        schema=ITEM_SCHEMA,
    )
    interactions = pl.DataFrame(
        {
            "user_id": [f"user-{user:06d}" for user in world.user_items.segments],
            "item_id": item_ids[world.user_items.values],
            "timestamp": world.times,
        },
        schema=INTERACTION_SCHEMA,
    )
    values = ", ".join(f"{key} {value}" for key, value in settings.model_dump().items())
    info = DatasetInfo(
        name="shop", source=f"{SOURCE}: seed {seed}, {values}", image_root="images", categories=world.vocabulary
    )
    return Dataset(folder, info, items, interactions)


def _image_name(row: int) -> str:
    return f"item-{row:06d}.jpg"
