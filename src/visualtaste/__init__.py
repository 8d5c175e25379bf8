"""What a person likes, learned from pictures of the products they bought or browsed.

    import visualtaste

    model = visualtaste.fit("dataset", output="model")  # training: pip install 'visualtaste[train]'
    model = visualtaste.load("model")                   # anywhere else: the base install
    for interest in model.interests(["shirt.jpg", "lamp.jpg"]).top(5):
        print(interest.category, interest.probability)

    recommender = visualtaste.Recommender.load("model")  # once `visualtaste index` has made the item index
    for item in recommender.recommend(["shirt.jpg", "lamp.jpg"], k=5):
        print(item.item_id, item.score)

This is the whole public API. Names load when they are first used, so importing the package costs next to nothing
and a server or device that predicts never needs torch or polars.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from visualtaste.errors import (
    ArtifactError,
    ClusterError,
    ConfigError,
    DataError,
    EmptySetError,
    ImageError,
    MissingExtraError,
    ProfileError,
    TrainingError,
    VisualTasteError,
)

if TYPE_CHECKING:
    from visualtaste.artifact.precision import Precision
    from visualtaste.data.dataset import Dataset
    from visualtaste.inference.profile.profile import Profile
    from visualtaste.inference.taste_model import TasteModel
    from visualtaste.recommend.recommender import Recommender
    from visualtaste.training.fit import fit

    __version__: str

__all__ = [
    "ArtifactError",
    "ClusterError",
    "ConfigError",
    "DataError",
    "Dataset",
    "EmptySetError",
    "ImageError",
    "MissingExtraError",
    "Profile",
    "ProfileError",
    "Recommender",
    "TasteModel",
    "TrainingError",
    "VisualTasteError",
    "__version__",
    "fit",
    "load",
]

# Where each lazy name lives, and the extra that its module's imports come with.
_LAZY = {
    "Dataset": ("visualtaste.data.dataset", "train"),
    "Profile": ("visualtaste.inference.profile.profile", None),
    "Recommender": ("visualtaste.recommend.recommender", None),
    "TasteModel": ("visualtaste.inference.taste_model", None),
    "fit": ("visualtaste.training.fit", "train"),
}


def load(folder: Path | str, precision: Precision = "float32") -> TasteModel:
    """Open a trained model folder, to encode photos in float32 or, where it was exported, in int8.

    Raises ArtifactError when anything in it is missing, altered, newer or foreign.
    """
    from visualtaste.inference.taste_model import TasteModel

    return TasteModel.load(folder, precision)


def __getattr__(name: str) -> Any:
    """Load a public name on first use; raises MissingExtraError when its optional install is not there."""
    if name == "__version__":
        from importlib.metadata import version

        return version("visualtaste")
    if name not in _LAZY:
        raise AttributeError(f"module 'visualtaste' has no attribute {name!r}")

    from importlib import import_module

    module, extra = _LAZY[name]
    try:
        return getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        if extra is None or (error.name or "").split(".")[0] == "visualtaste":
            raise
        raise MissingExtraError(f"visualtaste.{name}", extra) from error


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
