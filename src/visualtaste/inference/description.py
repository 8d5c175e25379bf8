"""A model in a few lines for people."""

from __future__ import annotations

from pathlib import Path

from visualtaste.artifact.manifest import TasteManifest
from visualtaste.config import POOLING_TITLES, EncoderSettings, Protocol

_LEARNED: dict[Protocol, str] = {
    "observed": "observed: the categories of the photos shown",
    "held-out": "held-out: the categories of what is bought later",
}


def describe(folder: Path, manifest: TasteManifest) -> str:
    """One line a fact, aligned."""
    size = manifest.preprocessing.size
    facts = {
        "photos": f"{size} x {size} pixels -> {manifest.feature_size} features, by {_encoder(manifest.config.encoder)}",
        "pooling": POOLING_TITLES[manifest.pooling],
        "learned": _LEARNED[manifest.protocol],
        "categories": _categories(manifest),
        "outputs": _outputs(manifest),
        "trained on": f"{manifest.data.name} (data {manifest.data.fingerprint[:12]}), {_split(manifest)}",
        "training": _training(manifest),
        "measured": _metrics(manifest),
        "exports": _exports(manifest),
    }
    lines = [f"{folder}, a taste model" + (f" by {manifest.created_by}" if manifest.created_by else "")]
    return "\n".join([*lines, *(f"  {name:<11} {fact}" for name, fact in facts.items())])


def _encoder(settings: EncoderSettings) -> str:
    if settings.scratch:
        return f"MobileNet v1 x {settings.scratch.depth_multiplier:g} from random weights"
    return settings.name


def _categories(manifest: TasteManifest) -> str:
    dropped = len(manifest.dropped_categories)
    return f"{len(manifest.categories)}" + (f" and {dropped} too common to tell people apart" if dropped else "")


def _outputs(manifest: TasteManifest) -> str:
    if manifest.calibrated:
        return f"calibrated probabilities (positive weight {manifest.positive_weight:g} taken out)"
    return f"scores, not probabilities: positive weight {manifest.positive_weight:g} raises them"


def _split(manifest: TasteManifest) -> str:
    split = manifest.split
    return f"without the {split.test:.0%} of its users that fold {split.fold} tests"


def _training(manifest: TasteManifest) -> str:
    """Epochs and seconds of each stage, stages named by what comes before a comma: "encoder, frozen"."""
    epochs: dict[str, int] = {}
    for record in manifest.history:
        stage = record.stage.split(",")[0]
        epochs[stage] = epochs.get(stage, 0) + 1
    stages = ", ".join(f"{stage} {count}" for stage, count in epochs.items()) or "none"
    minutes = sum(record.seconds for record in manifest.history) / 60
    return f"epochs: {stages}; {minutes:.1f} minutes; seed {manifest.config.seed}"


def _metrics(manifest: TasteManifest) -> str:
    if not manifest.metrics:
        return "nothing yet: see `visualtaste evaluate`"
    figures = ", ".join(f"{name.replace('_', ' ')} {value:.4g}" for name, value in manifest.metrics.items())
    return f"{figures} (validation users)"


def _exports(manifest: TasteManifest) -> str:
    exports, found = manifest.exports, []
    if int8 := exports.int8:
        found.append(
            f"int8 (features: cosine {int8.cosine_mean:.4f}; F1@15 {int8.f1_at_15:.4f}, "
            f"float32 {int8.f1_at_15_float32:.4f}, validation users)"
        )
    if mobile := exports.executorch:
        found.append(f"executorch (up to {mobile.max_photos} photos of a person)")
    return ", ".join(found) or "none yet: see `visualtaste export`"
