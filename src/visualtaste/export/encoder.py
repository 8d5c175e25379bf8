"""Stage 1 as ONNX files: the encoder, and the item classifier's head on its features."""

from __future__ import annotations

from pathlib import Path

import torch

from visualtaste.export.onnx import to_onnx
from visualtaste.models.encoder import Encoder
from visualtaste.models.item_classifier import FeatureClassifier, ItemClassifier
from visualtaste.seeding import derive


def export_encoder(encoder: Encoder, path: Path) -> None:
    """Write `encoder.onnx`: pixels (B, S, S, 3) uint8 -> features (B, K)."""
    side = encoder.spec.size
    generator = torch.Generator().manual_seed(derive(0, "export", "encoder"))
    pixels = torch.randint(0, 256, (3, side, side, 3), dtype=torch.uint8, generator=generator)
    to_onnx(encoder, {"pixels": pixels}, ("features",), path, {"pixels": {0: "photos"}}, checks=[(pixels[:1],)])


def export_item_classifier(classifier: ItemClassifier, path: Path) -> None:
    """Write `item_classifier.onnx`: features (B, K) -> calibrated probabilities (B, D)."""
    generator = torch.Generator().manual_seed(derive(0, "export", "item classifier"))
    features = torch.rand((3, classifier.encoder.feature_size()), generator=generator)
    to_onnx(
        FeatureClassifier(classifier),
        {"features": features},
        ("probabilities",),
        path,
        {"features": {0: "photos"}},
        checks=[(features[:1],)],
    )
