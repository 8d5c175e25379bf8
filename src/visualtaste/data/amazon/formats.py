"""What the records of each edition look like, and where in them stands what a dataset needs.

The names of the fields are the editions' own; the readers skip all other fields, the reviews' texts above all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, takewhile
from typing import Annotated, Literal, Protocol

import msgspec

from visualtaste.data.amazon.addresses import first_address

EditionName = Literal["2014", "2018", "2023"]

_FARTHEST = 10**15  # seconds or milliseconds from 1970 that are taken for a time
Id = Annotated[str, msgspec.Meta(min_length=1)]
Time = Annotated[int, msgspec.Meta(ge=-_FARTHEST, le=_FARTHEST)]


class EarlyReview(
    msgspec.Struct, gc=False, rename={"user_id": "reviewerID", "item_id": "asin", "time": "unixReviewTime"}
):
    """A review of the editions 2014 and 2018; its time is in seconds."""

    user_id: Id
    item_id: Id
    time: Time


class Review2023(msgspec.Struct, gc=False, rename={"item_id": "parent_asin", "time": "timestamp"}):
    """A review of the edition 2023; its time is in milliseconds. The metadata know items by their parents' ids."""

    user_id: Id
    item_id: Id
    time: Time


class Item(Protocol):
    """What the metadata of every edition say of an item."""

    item_id: str
    title: str | None

    def labels(self) -> Iterable[str]:
        """Names on the item's category paths, as they stand in the file."""

    def after_labels(self) -> Sequence[str]:
        """Other texts that were put into the list of categories."""

    def address(self) -> str | None:
        """Of the item's first photo, in the best size there is."""


class Item2014(msgspec.Struct, gc=False, rename={"item_id": "asin", "image": "imUrl"}):
    """An item of the edition 2014: nested category paths, one address."""

    item_id: Id
    title: str | None = None
    image: str | None = None
    categories: list[list[str]] | None = None

    def labels(self) -> Iterable[str]:
        return chain.from_iterable(self.categories or ())

    def after_labels(self) -> Sequence[str]:
        return ()

    def address(self) -> str | None:
        return first_address((self.image,))


class Item2018(
    msgspec.Struct,
    gc=False,
    rename={"item_id": "asin", "images": "imageURL", "large_images": "imageURLHighRes"},
):
    """An item of the edition 2018: one category path, addresses in two sizes; by its page, texts instead of lists."""

    item_id: Id
    title: str | None = None
    category: list[str] | None = None
    categories: list[list[str]] | None = None
    images: list[str] | str | None = None
    large_images: list[str] | str | None = None

    def labels(self) -> Iterable[str]:
        return chain(takewhile(_is_name, self.category or ()), *(self.categories or ()))

    def after_labels(self) -> Sequence[str]:
        path = self.category or []
        return path[next((place for place, name in enumerate(path) if not _is_name(name)), len(path)) :]

    def address(self) -> str | None:
        return first_address(chain(_listed(self.large_images), _listed(self.images)))


class Photo2023(msgspec.Struct, gc=False):
    """One photo in three sizes; the variant MAIN is the one that the shop shows first."""

    hi_res: str | None = None
    large: str | None = None
    thumb: str | None = None
    variant: str | None = None


class Photos2023(msgspec.Struct, gc=False):
    """The same as lists side by side, which is how tables store lists of objects."""

    hi_res: list[str | None] | None = None
    large: list[str | None] | None = None
    thumb: list[str | None] | None = None
    variant: list[str | None] | None = None


class Item2023(msgspec.Struct, gc=False, rename={"item_id": "parent_asin"}):
    """An item of the edition 2023: one category path, photos in three sizes."""

    item_id: Id
    title: str | None = None
    categories: list[str] | None = None
    images: list[Photo2023] | Photos2023 | None = None

    def labels(self) -> Iterable[str]:
        return self.categories or ()

    def after_labels(self) -> Sequence[str]:
        return ()

    def address(self) -> str | None:
        photos = _side_by_side(self.images) if isinstance(self.images, Photos2023) else self.images or []
        main_first = sorted(photos, key=lambda photo: photo.variant != "MAIN") if len(photos) > 1 else photos
        return first_address(size for photo in main_first for size in (photo.hi_res, photo.large, photo.thumb))


@dataclass(frozen=True)
class Edition:
    """How the files of one edition are read."""

    name: EditionName
    review: type[EarlyReview] | type[Review2023]
    item: type[Item2014] | type[Item2018] | type[Item2023]
    literals: bool = False  # lines may be Python literals
    time_unit: int = 1  # a second of the dataset in units of the reviews


EDITIONS: dict[EditionName, Edition] = {
    "2014": Edition("2014", EarlyReview, Item2014, literals=True),
    "2018": Edition("2018", EarlyReview, Item2018),
    "2023": Edition("2023", Review2023, Item2023, time_unit=1000),
}


def _is_name(label: str) -> bool:
    """False of `</span></span></span>`, where a list goes on with the bullets of the product's description."""
    return not label.lstrip().startswith("</")


def _listed(addresses: list[str] | str | None) -> Sequence[str]:
    return [addresses] if isinstance(addresses, str) else addresses or ()


def _side_by_side(photos: Photos2023) -> list[Photo2023]:
    columns = [photos.hi_res or [], photos.large or [], photos.thumb or [], photos.variant or []]
    width = max(map(len, columns))
    rows = zip(*(column + [None] * (width - len(column)) for column in columns), strict=True)
    return [Photo2023(*row) for row in rows]
