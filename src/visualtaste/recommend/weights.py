"""What a recommendation's score is made of, and how much each part counts."""

from __future__ import annotations

from pydantic import Field

from visualtaste.settings import Settings


class Weights(Settings):
    """score = sum over the parts of weight * part; docs/how-to/recommend.md says what each part is.

    No weight is below 0: that an item sells, or looks like what the person has, is never held against it.
    The defaults are what tuning starts from and returns to where validation users say little.
    """

    posterior: float = Field(0.15, ge=0, description="the interests' odds of the item's categories")
    visual: float = Field(4.0, ge=0, description="likeness to the photos shown")
    categories: float = Field(0.0, ge=0, description="likeness of the categories to those of the known items")
    variant: float = Field(0.0, ge=0, description="another variant of a known product")
    neighbours: float = Field(0.0, ge=0, description="bought by those who bought the known items")
    popularity: float = Field(0.5, ge=0, description="purchases of all time")
    recent: float = Field(0.5, ge=0, description="purchases of late")


PARTS: tuple[str, ...] = tuple(Weights.model_fields)

# Parts that only items known by their id have: with photos alone they are 0 for every item.
KNOWN_PARTS = ("categories", "variant", "neighbours")


class Blend(Settings):
    """The weights for photos of unknown things, and those where some of the items shown are in the index."""

    photos: Weights = Weights()
    known: Weights = Weights(categories=4.0, variant=1.5, neighbours=1.0)
