"""Catalogues to recommend from: drawn at random without any model, and a shop of tinted photos for the tiny model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from support.photos import save_photo
from support.tiny_model import CATEGORIES, write_tiny_model
from visualtaste.data.dataset import INTERACTION_SCHEMA, ITEM_SCHEMA, Dataset, DatasetInfo
from visualtaste.inference.taste_model import TasteModel
from visualtaste.recommend.build import index_items
from visualtaste.recommend.catalogue import ItemCatalogue
from visualtaste.recommend.make import make_catalogue
from visualtaste.recommend.purchases import Purchases
from visualtaste.recommend.query import Person, Query
from visualtaste.recommend.weights import Blend
from visualtaste.types import Ragged

WIDTH = 6  # categories of a drawn catalogue
SIZE = 8  # features


def drawn_catalogue(items: int, seed: int = 0, titles: int | None = None) -> ItemCatalogue:
    """Random features, one to three categories an item, ten users who bought up to six; `titles` different titles."""
    random = np.random.default_rng(seed)
    categories = [np.sort(random.choice(WIDTH, random.integers(1, 4), replace=False)) for _ in range(items)]
    users = [random.choice(items, random.integers(1, min(items, 6) + 1), replace=False) for _ in range(10)]
    sets = Ragged.from_rows(users)
    return make_catalogue(
        ids=[f"item-{row}" for row in range(items)],
        titles=[f"title {random.integers(titles)}" if titles else "" for _ in range(items)],
        categories=Ragged.from_rows(categories),
        features=random.normal(size=(items, SIZE)).astype(np.float16),
        purchases=Purchases(sets, random.integers(0, 10**7, len(sets.values)).astype(np.float64)),
        predictions=random.uniform(0.05, 0.9, (20, WIDTH)).astype(np.float32),
    )


def drawn_query(catalogue: ItemCatalogue, known: list[int], photos: int, seed: int = 0) -> Query:
    """A person with the known items and so many photos of other things."""
    random = np.random.default_rng([seed, 1])
    strange = random.normal(size=(photos, catalogue.features.shape[1])).astype(np.float32)
    features = np.concatenate([catalogue.features[known].astype(np.float32), strange])
    probabilities = random.uniform(0.05, 0.9, len(catalogue.base)).astype(np.float32)
    return Query.of(Person(features, probabilities, np.array(known, dtype=np.int64)), catalogue, Blend())


TINTS = {
    "red": (255, 0, 0),
    "green": (0, 255, 0),
    "blue": (0, 0, 255),
}


def write_tinted_shop(folder: Path) -> Dataset:
    """Shirts and lamps in five tints of three colours, each tint its own photo, one without a photo; 40 users.

    `red-shirt-0` to `blue-lamp-4`; all tints of a colour and kind have one title. Each user buys three to six
    things of one colour, one an hour.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for colour, full in TINTS.items():
        for kind in ("shirt", "lamp"):
            for tint in range(5):
                name = f"{colour}-{kind}-{tint}"
                shade = tuple(c * (255 - 20 * tint) // 255 + (10 if kind == "lamp" else 0) for c in full)
                save_photo(folder / f"{name}.png", tuple(min(255, c) for c in shade))
                rows.append((name, f"{name}.png", None, f"{colour} {kind}", [f"colour: {colour}", f"kind: {kind}"]))
    rows.append(("unseen", None, None, "never photographed", ["kind: lamp"]))
    items = pl.DataFrame(rows, schema=ITEM_SCHEMA, orient="row")
    random = np.random.default_rng(0)
    pairs = []
    for user in range(40):
        colour = list(TINTS)[user % 3]
        own = [row[0] for row in rows if row[0].startswith(colour)]
        bought = random.choice(own, random.integers(3, 7), replace=False)
        pairs += [(f"user-{user:02}", item, 3600 * hour) for hour, item in enumerate(bought)]
    interactions = pl.DataFrame(pairs, schema=INTERACTION_SCHEMA, orient="row")
    info = DatasetInfo(name="tints", source="test", image_root=".", categories=CATEGORIES)
    dataset = Dataset(folder, info, items, interactions)
    dataset.write()
    return dataset


def index_tinted_shop(folder: Path) -> Path:
    """The tiny model with an index of the tinted shop, both in `folder`; the model's folder."""
    model = write_tiny_model(folder / "model")
    index_items(TasteModel.load(model), write_tinted_shop(folder / "shop"))
    return model
