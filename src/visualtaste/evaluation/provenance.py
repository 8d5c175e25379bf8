"""How an evaluation came about, for its report and its JSON."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from visualtaste.data.dataset import Dataset
from visualtaste.evaluation.results import Provenance
from visualtaste.inference.taste_model import TasteModel


def provenance(models: Sequence[TasteModel], dataset: Dataset, command: str) -> Provenance:
    """What the models were trained on and how; settings that differ between models are those of the last."""
    manifest = models[-1].manifest
    same_data = all(model.manifest.data.fingerprint == dataset.fingerprint for model in models)
    trained_on = "the same data" if same_data else f"other data: {manifest.data.name}"
    return Provenance(
        command=command,
        data=describe_data(dataset) | {"trained on": trained_on},
        split=manifest.split.model_dump(),
        settings=manifest.config.model_dump(mode="json", exclude={"split"}),
        versions=versions("onnxruntime", "polars"),
        dropped_categories=manifest.dropped_categories,
    )


def describe_data(dataset: Dataset) -> dict[str, Any]:
    """What the data are, and how many."""
    return {
        "name": dataset.name,
        "source": dataset.info.source,
        "fingerprint": dataset.fingerprint[:16],
        "users": len(dataset.user_ids),
        "items": dataset.item_count,
        "interactions": dataset.interaction_count,
    }


def versions(*libraries: str) -> dict[str, str]:
    """Versions of Python, of visualtaste and numpy, and of further libraries."""
    names = ("visualtaste", "numpy", *libraries)
    return {"python": platform.python_version(), **{name: version(name) for name in names}}
