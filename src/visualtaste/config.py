"""Settings: frozen models with documented defaults, the paper's values as a preset, unknown keys refused.

The defaults of stage 1 are the published schedule. The defaults of stage 2 are what trains well on few users;
`TasteConfig.preset("paper")` gives the published values of both.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from visualtaste.errors import ConfigError, nearest
from visualtaste.presets import PRESETS
from visualtaste.settings import Settings, parse

PoolingName = Literal[
    "average",
    "attention",
    "attention2",
    "attention2_gating",
    "attention2_gating_bn",
    "attention2_gating_tanh",
    "attention2_gating_output",
    "max",
    "deep_sets",
    "pma",
    "category_attention",
    "bow",
    "netvlad",
    "netfv",
]
Protocol = Literal["observed", "held-out", "new-interests"]
Learned = Literal["observed", "held-out"]  # new interests are asked of what learned the held-out protocol
Device = Literal["auto", "cpu", "cuda", "mps"]
Precision = Literal["auto", "float32", "bfloat16"]

POOLING_TITLES: dict[PoolingName, str] = {
    "average": "Average",
    "attention": "One attention block",
    "attention2": "Two attention blocks",
    "attention2_gating": "Two attention blocks + context gating",
    "attention2_gating_bn": "Two attention blocks + gating with batch norm",
    "attention2_gating_tanh": "Two attention blocks + tanh gating",
    "attention2_gating_output": "Two attention blocks + gating of features and output",
    "max": "Maximum",
    "deep_sets": "Deep Sets",
    "pma": "Multi-head attention (Set Transformer)",
    "category_attention": "Attention by category",
    "bow": "Soft bag of words",
    "netvlad": "NetVLAD",
    "netfv": "NetFV",
}

# Those that Demochkin & Savchenko 2019 compare.
PAPER_POOLINGS: tuple[PoolingName, ...] = ("average", "attention", "attention2", "attention2_gating")


class CurationSettings(Settings):
    """What an importer keeps of the raw tables."""

    min_user_items: int = Field(5, ge=1, description="users with fewer distinct items are removed")
    max_user_items: int = Field(40, ge=1, description="a user's items are cut to the earliest this many")
    min_item_users: int = Field(
        0,
        ge=0,
        description="items with fewer users are removed (5 for a 5-core); 0 keeps items that nobody bought",
    )
    min_category_items: int = Field(10, ge=1, description="categories with fewer items are removed")
    max_categories: int = Field(1000, ge=1, description="only the most frequent categories are kept")
    max_pixels: int = Field(50_000_000, ge=1, description="larger images are skipped")
    check_images: bool = Field(True, description="decode every image once while importing")

    @model_validator(mode="after")
    def _bounds_in_order(self) -> CurationSettings:
        if self.max_user_items < self.min_user_items:
            raise ValueError(f"max_user_items {self.max_user_items} is below min_user_items {self.min_user_items}")
        return self


class SplitSettings(Settings):
    """Who trains and who tests, by a hash of the user's id.

    Test users are those whose hash falls in [fold * test, (fold + 1) * test): with test = 0.2 the folds 0..4 make
    a five-fold cross-validation in which every user is tested once. The remaining users are divided, again by
    hash, into those of stage 1 alone (`encoder_only`), validation users and training users of both stages.
    """

    seed: int = Field(0, ge=0)
    test: float = Field(0.2, gt=0, lt=1, description="share of users that are tested and never trained on")
    fold: int = Field(0, ge=0)
    validation: float = Field(0.15, ge=0, lt=1, description="share of the other users that decide when to stop")
    encoder_only: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="share of the other users that train stage 1 alone (the paper's first group)",
    )
    max_category_share: float = Field(
        0.5,
        gt=0,
        le=1,
        description="categories owned by more than this share of the training users are dropped",
    )

    @model_validator(mode="after")
    def _fold_exists(self) -> SplitSettings:
        folds = int(1 / self.test + 1e-9)
        if self.fold >= folds:
            raise ValueError(f"fold {self.fold} does not exist: test = {self.test} makes folds 0 to {folds - 1}")
        return self


class ScratchSettings(Settings):
    """A MobileNet v1 with random weights, for demos and tests where no pretrained weights can be had."""

    depth_multiplier: float = Field(0.25, gt=0, le=1)


class EncoderSettings(Settings):
    """Stage 1: the backbone and its fine-tuning on multi-label product images."""

    name: str = Field("google/mobilenet_v1_1.0_224", description="a hub name, or a folder in the same layout")
    scratch: ScratchSettings | None = Field(None, description="start from random weights instead of `name`")
    image_size: int = Field(224, ge=32, le=1024)
    hidden: int = Field(2048, ge=1, description="units of the head's hidden layer")
    dropout: float = Field(0.5, ge=0, lt=1)
    positive_weight: float = Field(36.0, gt=0, description="weight of the positive term of the cross-entropy")
    frozen_epochs: int = Field(10, ge=0, description="epochs with the first layers frozen")
    frozen_layers: int = Field(
        14,
        ge=0,
        description="layers with parameters that are frozen; 14 are Keras's first 22 of MobileNet v1, "
        "which also counts input, activations and padding",
    )
    frozen_learning_rate: float = Field(1e-3, gt=0)
    epochs: int = Field(20, ge=0, description="epochs with everything trained")
    learning_rate: float = Field(1e-4, gt=0)
    batch_size: int = Field(64, ge=2)
    batch_norm_momentum: float = Field(0.01, gt=0, le=1, description="weight of the newest batch; 0.01 is Keras's 0.99")
    augment: bool = Field(False, description="mild: mirror, shift by up to 1/16, brightness by up to 10 %")
    precision: Precision = Field("auto", description="auto: bfloat16 where the processor computes in it")
    device: Device = "auto"


class InterestsSettings(Settings):
    """Stage 2: pooling of a user's photos and the head over categories."""

    pooling: PoolingName = "attention2_gating"
    protocol: Learned = Field(
        "observed", description="what is learned: the shown photos' categories, or those of later purchases"
    )
    hidden: int = Field(2048, ge=1)
    dropout: float = Field(0.5, ge=0, lt=1)
    positive_weight: float = Field(36.0, gt=0)
    calibrate: bool = Field(
        True,
        description="subtract ln(positive_weight) from the logits that come out, and what else makes the validation "
        "users' expected number of categories right",
    )
    epochs: int = Field(100, ge=1, description="upper bound when `patience` stops earlier")
    patience: int | None = Field(12, ge=1, description="stop after this many epochs without a better validation loss")
    learning_rate: float = Field(1e-3, gt=0)
    beta1: float = Field(0.9, ge=0, lt=1)
    beta2: float = Field(0.999, ge=0, lt=1)
    weight_decay: float = Field(0.01, ge=0)
    batch_size: int | None = Field(
        None, ge=1, description="users a step; by default 1/128 of the training users, 64 at least and 512 at most"
    )
    standardise: bool = Field(True, description="features to zero mean, unit variance over the training photos")
    zero_query: bool = Field(True, description="start attention at the average; else normal, 1/sqrt(K)")
    scale_scores: bool = Field(True, description="divide attention scores by sqrt(K)")
    attention_rate: float = Field(
        0.1, gt=0, le=1, description="learning rate of the attention, as a share of the rest's"
    )
    gate_bias: float = Field(3.0, description="bias that the gates start with: 0 half open, 3 nearly open")
    gate_spread: float = Field(0.1, ge=0, description="gates' weights start as normal, gate_spread/sqrt(K)")
    heads: int = Field(4, ge=1, description="attention heads of pma")
    clusters: int = Field(
        16, ge=1, description="learned clusters of netvlad and netfv; bow has `reduced` times as many words"
    )
    reduced: int = Field(
        128,
        ge=2,
        description="entries that netvlad reduces a photo's features to, netfv to half as many for each of its two "
        "orders; and hidden units a photo of deep_sets and category_attention, a user of pma",
    )
    feature_dropout: float = Field(0.5, ge=0, lt=1, description="share of a pooled vector's entries dropped")
    subsets: bool = Field(
        True,
        description="show a random part of a training user's items each epoch "
        "(observed: any subset, held-out: any cut in time)",
    )
    precision: Precision = Field("auto", description="of the matrix products in training; weights stay float32")
    device: Device = "auto"


class TasteConfig(Settings):
    """Everything that a training needs beside its data."""

    seed: int = Field(0, ge=0)
    split: SplitSettings = SplitSettings()
    encoder: EncoderSettings = EncoderSettings()
    interests: InterestsSettings = InterestsSettings()

    @classmethod
    def preset(cls, name: str) -> TasteConfig:
        """The settings called `name`: default, paper, small, quick or shop."""
        return cls().with_preset(name)

    def with_preset(self, name: str) -> TasteConfig:
        """A copy with the partial settings called `name` laid over it; raises ConfigError when there is no such."""
        if str(name) not in PRESETS:  # a TOML file may say `preset = ["paper"]`
            raise ConfigError(f"there is no preset {name!r}{nearest(str(name), list(PRESETS))}")
        return self.updated(PRESETS[name])

    @classmethod
    def from_toml(cls, path: Path) -> TasteConfig:
        """Read a TOML file; `preset = "NAME"` on its first level starts from that preset.

        Raises ConfigError naming the file, the key and the value that is wrong.
        """
        content = cls.read_toml(path)
        base = cls.preset(content.pop("preset", "default"))
        return base.updated(content, source=str(path))

    @staticmethod
    def read_toml(path: Path) -> dict[str, Any]:
        """The content of a TOML file, unchecked; raises ConfigError when it is not one."""
        try:
            return tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise ConfigError(f"{path}: no such file") from None
        except OSError as error:
            raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(f"{path}: not valid TOML: {error}") from None

    def updated(self, changes: Mapping[str, Any], source: str = "settings") -> TasteConfig:
        """A copy with nested `changes` laid over it; raises ConfigError on a wrong key or value."""
        return parse(TasteConfig, _merge(self.model_dump(), changes), source)


def _merge(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in changes.items():
        below = merged.get(key)
        merged[key] = _merge(below, value) if isinstance(below, dict) and isinstance(value, Mapping) else value
    return merged
