"""A model folder with a real, small encoder, in PyTorch and as ONNX, and a generated shop that it fits; untrained."""

from __future__ import annotations

from pathlib import Path

import torch

from visualtaste.artifact.folder import seal
from visualtaste.artifact.manifest import DataReference, TasteManifest
from visualtaste.config import PoolingName, TasteConfig
from visualtaste.data.dataset import Dataset
from visualtaste.data.shop.generate import generate_shop
from visualtaste.data.shop.world import ShopSettings
from visualtaste.export.interests import export_interests
from visualtaste.models.encoder import make_encoder
from visualtaste.models.interests import InterestsModel
from visualtaste.models.item_classifier import ItemClassifier
from visualtaste.training.checkpoint import save_tensors
from visualtaste.training.fit import write_encoder
from visualtaste.training.learners import Learners

SIZE = 32


def write_exportable_shop(folder: Path) -> Dataset:
    """60 users, 200 items with drawn photos."""
    settings = ShopSettings(users=60, items=200, categories=40, image_size=48)
    generate_shop(folder, settings, seed=0)
    return Dataset.read(folder)


def write_exportable_model(folder: Path, dataset: Dataset, pooling: PoolingName = "attention2_gating") -> Path:
    """A model folder as `visualtaste fit` writes it; its batch norms have seen noise, so features differ."""
    config = TasteConfig().updated(
        {
            "encoder": {"image_size": SIZE, "scratch": {"depth_multiplier": 0.25}, "hidden": 16},
            "interests": {"pooling": pooling, "hidden": 16, "clusters": 3, "reduced": 8},
            "split": {"validation": 0.3},
        }
    )
    categories = Learners.of(dataset, config.split).categories
    torch.manual_seed(0)
    encoder = make_encoder(config.encoder)
    encoder.train()
    with torch.no_grad():
        for _ in range(30):
            grains = torch.randint(0, 256, (8, SIZE // 8, SIZE // 8, 3), dtype=torch.uint8)
            encoder(grains.repeat_interleave(8, 1).repeat_interleave(8, 2))
    classifier = ItemClassifier(encoder, len(categories), config.encoder)
    folder.mkdir(parents=True)
    write_encoder(classifier, folder)
    interests = InterestsModel(encoder.feature_size(), len(categories), config.interests).eval()
    save_tensors(interests.state_dict(), folder / "interests.safetensors")
    export_interests(interests, folder / "interests.onnx")
    manifest = TasteManifest(
        categories=categories,
        preprocessing=encoder.spec,
        feature_size=encoder.feature_size(),
        config=config,
        data=DataReference(name=dataset.name, fingerprint=dataset.fingerprint),
        category_frequency=(0.1,) * len(categories),
    )
    seal(folder, manifest)
    return folder
