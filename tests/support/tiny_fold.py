"""A prepared fold of the colour shop, made without training: the tiny encoder is its encoder."""

from __future__ import annotations

from pathlib import Path

from support.colour_shop import write_colour_shop
from support.tiny_model import SIZE, write_tiny_encoder
from visualtaste.artifact.folder import read_manifest, seal
from visualtaste.artifact.manifest import DataReference, EncoderManifest
from visualtaste.comparison.fold import FoldFolder, prepare_fold
from visualtaste.config import TasteConfig
from visualtaste.data.dataset import Dataset
from visualtaste.progress import Silent

CONFIG = TasteConfig().updated({"encoder": {"image_size": SIZE}})
WITHOUT_PHOTO = 11  # "blue-3", the last item


def write_shop_and_encoder(folder: Path) -> Dataset:
    """The colour shop in `shop/`, one photo lost, and in `fold0/encoder` what stage 1 is taken to have made of it."""
    dataset = write_colour_shop(folder / "shop")
    (folder / "shop" / "blue-3.png").unlink()
    encoder = write_tiny_encoder(folder / "fold0" / "encoder")
    manifest = read_manifest(encoder, EncoderManifest)
    data = DataReference(name=dataset.name, fingerprint=dataset.fingerprint)
    seal(encoder, manifest.model_copy(update={"data": data, "files": {}}))
    return dataset


def prepare_tiny_fold(folder: Path) -> FoldFolder:
    """Fold 0 of the colour shop, ready to be loaded."""
    return prepare_fold(write_shop_and_encoder(folder), CONFIG, 0, folder / "fold0", Silent())
