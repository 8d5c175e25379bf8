"""A data set for the tiny model: every user buys things of one colour, four of them, one an hour."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from support.photos import save_photo
from support.tiny_model import CATEGORIES
from visualtaste.artifact.folder import read_manifest, seal
from visualtaste.artifact.manifest import TasteManifest
from visualtaste.data.dataset import INTERACTION_SCHEMA, ITEM_SCHEMA, Dataset, DatasetInfo
from visualtaste.inference.taste_model import TasteModel

COLOURS = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}
USERS = [f"{colour}-{number:02}" for colour in COLOURS for number in range(20)]


def write_colour_shop(folder: Path) -> Dataset:
    """12 items, four of each colour: `red-0` to `blue-3`, whose only category is their colour; 60 users."""
    names = [f"{colour}-{number}" for colour in COLOURS for number in range(4)]
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        save_photo(folder / f"{name}.png", COLOURS[name.split("-")[0]])
    items = pl.DataFrame(
        {
            "item_id": names,
            "image": [f"{name}.png" for name in names],
            "image_url": [None] * len(names),
            "title": names,
            "categories": [[f"colour: {name.split('-')[0]}"] for name in names],
        },
        schema=ITEM_SCHEMA,
    )
    pairs = [(user, f"{user.split('-')[0]}-{number}", 3600 * number) for user in USERS for number in range(4)]
    interactions = pl.DataFrame(pairs, schema=INTERACTION_SCHEMA, orient="row")
    info = DatasetInfo(name="colours", source="test", image_root=".", categories=CATEGORIES[:3])
    dataset = Dataset(folder, info, items, interactions)
    dataset.write()
    return dataset


def with_settings(model: Path, **changes: dict[str, object]) -> TasteModel:
    """Seal the model folder again with changed settings, as if it had been trained with them."""
    manifest = read_manifest(model, TasteManifest)
    seal(model, manifest.model_copy(update={"config": manifest.config.updated(changes), "files": {}}))
    return TasteModel.load(model)
