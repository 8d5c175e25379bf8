"""What is written beside an item index: items.json."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from visualtaste.artifact.manifest import ENCODER, INTERESTS, Manifest, TasteManifest
from visualtaste.artifact.precision import Precision
from visualtaste.artifact.record import Digest, Record
from visualtaste.recommend.weights import Blend

ARRAYS: tuple[str, ...] = (
    "id_bytes",
    "id_offsets",
    "title_bytes",
    "title_offsets",
    "category_values",
    "category_offsets",
    "features",
    "vectors",
    "products",
    "neighbour_rows",
    "neighbour_offsets",
    "neighbour_strengths",
    "base",
    "visual_mean",
    "visual_projection",
    "posterior_projection",
    "graph_stretch",
)


class Tuning(Record):
    """How the blend was found."""

    users: int = Field(ge=0, description="validation users who were asked")
    asked: int = Field(ge=0, description="their later purchases")
    surprise: dict[str, float] = Field(
        {}, description="mean of -ln p of a later purchase: of the blend, of its start, and where all items are equal"
    )


class ItemsManifest(Manifest):
    """The content of items.json. `data` is the data set whose items these are."""

    FILE: ClassVar[str] = "items.json"
    NETWORKS: ClassVar[tuple[str, ...]] = tuple(f"{name}.npy" for name in ARRAYS)

    encoder: Digest
    features_by: Digest | None = Field(None, description="the encoder in int8, where it made the features")
    interests: Digest
    items: int = Field(ge=1)
    left_out: int = Field(ge=0, description="items without a usable photo")
    product_count: int = Field(ge=1, description="products, of which an item is a variant")
    blend: Blend
    tuning: Tuning

    @property
    def precision(self) -> Precision:
        """In which photos have to be encoded to be compared with the items' own."""
        return "float32" if self.features_by is None else "int8"

    def belongs_to(self, model: TasteManifest) -> bool:
        """Whether the index was made with this very model."""
        return (
            self.encoder == model.files[ENCODER]
            and self.interests == model.files[INTERESTS]
            and self.categories == model.categories
            and self.preprocessing == model.preprocessing
        )
