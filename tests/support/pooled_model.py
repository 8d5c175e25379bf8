"""A small model folder for every pooling, its interests as training exports them, away from where they start."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch

from support.tiny_model import CATEGORIES, SIZE, encoder_network, item_classifier_network
from visualtaste.artifact.folder import seal
from visualtaste.artifact.manifest import DataReference, TasteManifest
from visualtaste.config import PoolingName, TasteConfig
from visualtaste.export.interests import export_interests
from visualtaste.features.preprocessing import PreprocessingSpec
from visualtaste.models.gating import BatchNormGating
from visualtaste.models.interests import InterestsModel
from visualtaste.training.checkpoint import save_tensors

FEATURES = 12
SMALL = {"hidden": 16, "clusters": 3, "reduced": 8}


def write_pooled_model(folder: Path, pooling: PoolingName) -> Path:
    """Write a model folder with random interests over the tiny model's categories, K = 12."""
    config = pooled_config(pooling)
    return write_model(folder, config, scattered_interests(config))


def pooled_config(pooling: PoolingName, **settings: object) -> TasteConfig:
    interests = {"pooling": pooling, **SMALL, **settings}
    return TasteConfig().updated({"encoder": {"image_size": SIZE}, "interests": interests})


def write_model(folder: Path, config: TasteConfig, model: InterestsModel) -> Path:
    """Write a model folder with the given interests."""
    manifest = TasteManifest(
        categories=CATEGORIES,
        preprocessing=PreprocessingSpec(size=SIZE),
        feature_size=FEATURES,
        config=config,
        data=DataReference(name="random", fingerprint="0" * 64),
        category_frequency=(0.1,) * len(CATEGORIES),
    )
    folder.mkdir(parents=True)
    blank = np.zeros((FEATURES, len(CATEGORIES)), dtype=np.float32)
    onnx.save(encoder_network(features=FEATURES), folder / "encoder.onnx")
    onnx.save(item_classifier_network(FEATURES, blank), folder / "item_classifier.onnx")
    save_tensors(model.state_dict(), folder / "interests.safetensors")
    export_interests(model, folder / "interests.onnx")
    seal(folder, manifest)
    return folder


def scattered_interests(config: TasteConfig) -> InterestsModel:
    """A network whose queries, gates, statistics and shift are all away from where they start."""
    torch.manual_seed(7)
    model = InterestsModel(FEATURES, len(CATEGORIES), config.interests)
    with torch.no_grad():
        for part in (model.pooling, model.gating, model.output_gating):
            for parameter in part.parameters():
                parameter.normal_()
    if isinstance(model.gating, BatchNormGating):
        model.gating.norm.running_mean.normal_()
        model.gating.norm.running_var.uniform_(0.5, 2)
    model.standardise(torch.randn(FEATURES), torch.rand(FEATURES) + 0.5)
    model.shift.fill_(0.7)
    return model.eval()
