"""The interests of a model of the published size, with random weights, and the seal of its folder."""

from __future__ import annotations

from pathlib import Path

from visualtaste.artifact.folder import seal
from visualtaste.artifact.manifest import DataReference, TasteManifest
from visualtaste.config import TasteConfig
from visualtaste.export.interests import export_interests
from visualtaste.features.preprocessing import PreprocessingSpec
from visualtaste.models.interests import InterestsModel
from visualtaste.training.checkpoint import save_tensors

K, D = 1024, 1000


def complete(folder: Path, config: TasteConfig, spec: PreprocessingSpec) -> None:
    """Add random interests to a folder that has an encoder and an item classifier, and seal it as a model."""
    model = InterestsModel(K, D, config.interests)
    save_tensors(model.state_dict(), folder / "interests.safetensors")
    export_interests(model, folder / "interests.onnx")
    manifest = TasteManifest(
        categories=tuple(f"category {index}" for index in range(D)),
        preprocessing=spec,
        feature_size=K,
        config=config,
        data=DataReference(name="random", fingerprint="0" * 64),
        category_frequency=(0.1,) * D,
    )
    seal(folder, manifest)
