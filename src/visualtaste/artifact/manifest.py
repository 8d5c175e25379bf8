"""What is written beside a trained network: encoder.json after stage 1, taste.json after both stages."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from visualtaste.config import EncoderSettings, PoolingName, Protocol, SplitSettings, TasteConfig
from visualtaste.features.preprocessing import PreprocessingSpec

SCHEMA_VERSION = 1

ENCODER = "encoder.onnx"
ITEM_CLASSIFIER = "item_classifier.onnx"
INTERESTS = "interests.onnx"
INTERESTS_WEIGHTS = "interests.safetensors"
ITEMS = "items"  # a folder with a seal of its own: an item index is made later, and anew


def _inside(path: str) -> str:
    """The path, when it is written the one way in which it names a file below the folder on every system."""
    parts = PurePosixPath(path).parts
    if not parts or ".." in parts or "\\" in path or "\0" in path or str(PurePosixPath(path)) != path:
        raise ValueError(f"{path!r} is not a plain relative path inside the folder")
    if PurePosixPath(path).is_absolute() or PureWindowsPath(path).drive:
        raise ValueError(f"{path!r} is not relative to the folder")
    return path


InsidePath = Annotated[str, AfterValidator(_inside)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Share = Annotated[float, Field(ge=0, le=1)]


class Record(BaseModel):
    """Base of everything in a manifest: frozen, unknown keys refused, numbers finite, so that it survives JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class DataReference(Record):
    """The data set that a network was trained on."""

    name: str
    fingerprint: str


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
    def interests_digest(self) -> str:
        """Digest of the interests network."""
        return self.files[INTERESTS]
