"""A catalogue of millions of items with users, an encoder of 1024 features, and what it would make of the items.

Only the photos of the last `WITH_PHOTO` items are drawn: the features of all others are made up.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from PIL import Image

from visualtaste.artifact.folder import seal
from visualtaste.artifact.manifest import DataReference, EncoderManifest
from visualtaste.config import EncoderSettings, TasteConfig
from visualtaste.data.dataset import INTERACTION_SCHEMA, ITEM_SCHEMA, Dataset, DatasetInfo
from visualtaste.models.encoder import make_encoder
from visualtaste.models.item_classifier import ItemClassifier
from visualtaste.seeding import generator
from visualtaste.training.fit import write_encoder
from visualtaste.types import Float32, Int64

FEATURES = 1024
CATEGORIES = 1000
WITH_PHOTO = 2048
USERS_A_BATCH = 512
CONFIG = TasteConfig().updated(
    {
        "encoder": {"scratch": {"depth_multiplier": 1.0}, "image_size": 128},
        "interests": {"epochs": 1},
    }
)
_CHUNK = 2**18  # items or users drawn at a time
_MADE = 4093  # different rows of features, a prime: neighbours in a batch differ


def write_dataset(folder: Path, items: int, users: int) -> None:
    """Items with ids, links, titles and 3 to 7 categories as shops have them; users with 5 to 40 items each."""
    random = generator(0, "benchmark", "store")
    categories = [f"Department {number % 40} > Kind {number:04}" for number in range(CATEGORIES)]
    catalogue = pl.concat([_items(np.arange(s, min(s + _CHUNK, items)), categories, random) for s in _starts(items)])
    bought = pl.concat([_bought(np.arange(s, min(s + _CHUNK, users)), items, random) for s in _starts(users)])
    info = DatasetInfo(name="large", source="benchmark", image_root="photos", categories=tuple(categories))
    Dataset(folder, info, catalogue, bought).write()
    for item in range(items - WITH_PHOTO, items):
        path = folder / "photos" / _image(item)
        path.parent.mkdir(parents=True, exist_ok=True)
        coarse = Image.fromarray(random.integers(0, 256, (24, 16, 3), dtype=np.uint8))
        coarse.resize((256, 384), Image.Resampling.BICUBIC).save(path, quality=90)


def write_encoder_folder(folder: Path, dataset: Dataset) -> None:
    """MobileNet v1 1.0 with random weights, sealed as stage 1 would."""
    settings: EncoderSettings = CONFIG.encoder
    classifier = ItemClassifier(make_encoder(settings), CATEGORIES, settings)
    write_encoder(classifier, folder)
    manifest = EncoderManifest(
        categories=dataset.categories,
        preprocessing=classifier.encoder.spec,
        feature_size=FEATURES,
        seed=CONFIG.seed,
        split=CONFIG.split,
        encoder=settings,
        data=DataReference(name=dataset.name, fingerprint=dataset.fingerprint),
    )
    seal(folder, manifest)


class MadeFeatures:
    """Features of any item, by its row alone, so that every reading can be checked."""

    def __init__(self) -> None:
        random = generator(0, "benchmark", "features")
        self._made = random.gamma(0.5, 1.0, (_MADE, FEATURES)).astype(np.float16).astype(np.float32)

    def __call__(self, rows: Int64) -> Float32:
        """Features (n, 1024) of the rows (n,), exact as half floats."""
        made: Float32 = self._made[rows % _MADE]
        return made


def draw_users(count: int, items: int, random: np.random.Generator) -> Int64:
    """The items of `count` users with 5 to 40 items each, one after the other."""
    rows: Int64 = random.integers(0, items, random.integers(5, 41, count).sum())
    return rows


def _starts(count: int) -> range:
    return range(0, count, _CHUNK)


def _items(rows: Int64, categories: list[str], random: np.random.Generator) -> pl.DataFrame:
    drawn = random.integers(0, CATEGORIES, (len(rows), 7))
    counts = random.integers(3, 8, len(rows))
    labels = [
        [categories[index] for index in sorted(set(row[:count]))]
        for row, count in zip(drawn.tolist(), counts.tolist(), strict=True)
    ]
    table = {
        "item_id": [f"B{row:09}" for row in rows.tolist()],
        "image": [_image(row) for row in rows.tolist()],
        "image_url": [f"https://images.example.com/images/I/{row:09}._SL1500_.jpg" for row in rows.tolist()],
        "title": [
            f"A thing of kind {row % 977}, well made, in colour {row % 31}, number {row}" for row in rows.tolist()
        ],
        "categories": labels,
    }
    return pl.DataFrame(table, schema=ITEM_SCHEMA)


def _bought(users: Int64, items: int, random: np.random.Generator) -> pl.DataFrame:
    counts = random.integers(5, 41, len(users))
    table = pl.DataFrame(
        {
            "user_id": np.repeat(users, counts),
            "item_id": random.integers(0, items, counts.sum()),
            "timestamp": random.integers(1_300_000_000, 1_700_000_000, counts.sum()),
        }
    ).unique(["user_id", "item_id"], maintain_order=True)
    return table.select(
        pl.format("A{}", pl.col("user_id").cast(pl.String).str.zfill(13)).alias("user_id"),
        pl.format("B{}", pl.col("item_id").cast(pl.String).str.zfill(9)).alias("item_id"),
        "timestamp",
    ).match_to_schema(INTERACTION_SCHEMA)


def _image(item: int) -> str:
    return f"{item % 1000:03}/B{item:09}.jpg"
