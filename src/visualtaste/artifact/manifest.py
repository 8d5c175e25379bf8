"""What is written beside a trained network: encoder.json after stage 1, taste.json after both stages."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, model_validator

from visualtaste.artifact.exports import Exports
from visualtaste.artifact.record import DataReference as DataReference
from visualtaste.artifact.record import Digest, InsidePath, Record, Share
from visualtaste.config import EncoderSettings, PoolingName, Protocol, SplitSettings, TasteConfig
from visualtaste.features.preprocessing import PreprocessingSpec

SCHEMA_VERSION = 1

ENCODER = "encoder.onnx"
ITEM_CLASSIFIER = "item_classifier.onnx"
INTERESTS = "interests.onnx"
INTERESTS_WEIGHTS = "interests.safetensors"
ITEMS = "items"  # a folder with a seal of its own: an item index is made later, and anew


class EpochRecord(Record):
    """What one epoch of a training brought."""

    stage: str
    epoch: int = Field(ge=0)
    loss: float
    validation_loss: float | None = None
    seconds: float = Field(ge=0)


class Manifest(Record):
    """What both kinds of folder say about themselves."""

    FILE: ClassVar[str]
    NETWORKS: ClassVar[tuple[str, ...]]  # files that the folder is of no use without

    schema_version: int = SCHEMA_VERSION
    categories: tuple[str, ...] = Field(min_length=1, description="the vocabulary in the order of the outputs (D,)")
    dropped_categories: tuple[str, ...] = Field((), description="too common among training users to be learned")
    preprocessing: PreprocessingSpec
    feature_size: int = Field(ge=1, description="features of one photo, K")
    data: DataReference
    history: tuple[EpochRecord, ...] = ()
    created_by: str = Field("", description="program and version")
    files: dict[InsidePath, Digest] = Field({}, description="SHA-256 of every file of the folder; `seal` fills it in")

    @model_validator(mode="after")
    def _categories_distinct(self) -> Manifest:
        seen: set[str] = set()
        for category in (*self.categories, *self.dropped_categories):
            if category in seen:
                raise ValueError(f"category {category!r} is listed twice")
            seen.add(category)
        return self


class EncoderManifest(Manifest):
    """The content of encoder.json: an encoder and its item classifier, as stage 1 leaves them."""

    FILE: ClassVar[str] = "encoder.json"
    NETWORKS: ClassVar[tuple[str, ...]] = (ENCODER, ITEM_CLASSIFIER)

    seed: int = Field(ge=0)
    split: SplitSettings
    encoder: EncoderSettings


class TasteManifest(Manifest):
    """The content of taste.json: a complete model, photos in, interests out."""

    FILE: ClassVar[str] = "taste.json"
    NETWORKS: ClassVar[tuple[str, ...]] = (ENCODER, ITEM_CLASSIFIER, INTERESTS)

    config: TasteConfig
    category_frequency: tuple[Share, ...] = Field(
        description="share of training users whose target has the category (D,)"
    )
    metrics: dict[str, float] = Field({}, description="measured on validation users, never on test users")
    exports: Exports = Field(Exports(), description="further forms of the networks, and how they were checked")

    @model_validator(mode="after")
    def _one_frequency_a_category(self) -> TasteManifest:
        if len(self.category_frequency) != len(self.categories):
            raise ValueError(f"{len(self.category_frequency)} frequencies for {len(self.categories)} categories")
        return self

    @property
    def split(self) -> SplitSettings:
        """Who was trained on, in both stages."""
        return self.config.split

    @property
    def pooling(self) -> PoolingName:
        return self.config.interests.pooling

    @property
    def protocol(self) -> Protocol:
        """What was learned: the shown photos' categories, or those of later purchases."""
        return self.config.interests.protocol

    @property
    def positive_weight(self) -> float:
        return self.config.interests.positive_weight

    @property
    def calibrated(self) -> bool:
        """Whether ln(positive_weight) is subtracted, so that what comes out is a probability."""
        return self.config.interests.calibrate

    @property
    def encoder_digest(self) -> str:
        """Digest of the encoder network: features of another encoder mean nothing to these interests."""
        return self.files[ENCODER]

    @property
    def int8_digest(self) -> str | None:
        """Digest of the encoder in int8, where there is one."""
        return self.files.get(self.exports.int8.file) if self.exports.int8 else None

    @property
    def interests_digest(self) -> str:
        """Digest of the interests network."""
        return self.files[INTERESTS]
