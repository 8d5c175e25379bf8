"""Which file of a folder encodes photos, by the precision of its arithmetic."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

from visualtaste.artifact.manifest import ENCODER, Manifest, TasteManifest
from visualtaste.errors import ArtifactError, ConfigError, nearest

Precision = Literal["float32", "int8"]


def encoder_file(folder: Path, manifest: Manifest, precision: Precision) -> Path:
    """The encoder of a checked folder in that precision.

    Raises ArtifactError when the folder has none, or one made of another encoder, and ConfigError when there is no
    such precision.
    """
    if precision not in get_args(Precision):
        raise ConfigError(f"unknown precision {precision!r}{nearest(precision, get_args(Precision))}")
    if precision == "float32":
        return folder / ENCODER
    if not isinstance(manifest, TasteManifest):
        raise ArtifactError(f"{folder} is an encoder, no model yet: int8 is made of a model")
    made = manifest.exports.int8
    if made is None or made.file not in manifest.files:
        raise ArtifactError(f"{folder} has no int8 encoder: `visualtaste export {folder} DATASET --to int8` makes one")
    if made.encoder != manifest.encoder_digest:
        raise ArtifactError(
            f"{folder / made.file} was made of another encoder than {ENCODER}: "
            f"`visualtaste export {folder} DATASET --to int8` makes it anew"
        )
    return folder / made.file
