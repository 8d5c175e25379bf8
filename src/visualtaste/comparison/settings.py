"""What a comparison compares, and how thoroughly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, field_validator

from visualtaste.config import Protocol
from visualtaste.errors import ConfigError, nearest
from visualtaste.settings import Settings, parse


class ComparisonSettings(Settings):
    """Which cells of methods x protocols x folds x seeds are computed."""

    methods: tuple[str, ...] | None = Field(None, min_length=1, description="names of methods; by default all")
    protocols: tuple[Protocol, ...] = Field(("observed", "held-out", "new-interests"), min_length=1)
    folds: tuple[int, ...] | None = Field(
        None, min_length=1, description="by default all that the split makes, with 0.2 five"
    )
    seeds: int = Field(3, ge=1, description="trainings of whatever a seed changes, each with another one")
    trials: int = Field(
        8,
        ge=0,
        description="settings tried of each method for each protocol, the default ones first; 0: only the default ones",
    )
    weights: tuple[Annotated[float, Field(gt=0)], ...] = Field(
        (1, 10, 36, 72, 140), description="positive weights compared; none: no study"
    )
    augmentation: bool = Field(True, description="measure what random parts of a user's items bring in training")

    @field_validator("methods", "protocols", "folds", "weights")
    @classmethod
    def _each_once(cls, values: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
        """What is named twice is meant once."""
        return None if values is None else tuple(dict.fromkeys(values))

    @classmethod
    def preset(cls, name: str) -> ComparisonSettings:
        """The settings called `name`; raises ConfigError when there is no such."""
        if name not in PRESETS:
            raise ConfigError(f"there is no preset {name!r} of comparisons{nearest(name, list(PRESETS))}")
        return cls().updated(PRESETS[name])

    def updated(self, changes: Mapping[str, Any]) -> ComparisonSettings:
        """A copy with other values; raises ConfigError on a wrong one."""
        return parse(ComparisonSettings, self.model_dump() | dict(changes), "comparison")


PRESETS: dict[str, dict[str, Any]] = {
    "default": {},
    # One fold, one seed, nothing tuned: a first impression.
    "quick": {"folds": (0,), "seeds": 1, "trials": 0, "weights": (), "augmentation": False},
    # What Demochkin & Savchenko 2019 compared, as they did: one division of the users, nothing tuned but the weight.
    "paper": {
        "methods": (
            "average",
            "attention",
            "attention2",
            "attention2_gating",
            "popularity",
            "item_mean",
            "item_max",
            "item_noisy_or",
        ),
        "protocols": ("observed",),
        "folds": (0,),
        "seeds": 1,
        "trials": 0,
        "weights": (10, 36, 72, 140),
        "augmentation": False,
    },
}
