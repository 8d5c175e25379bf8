"""Which photo in a folder belongs to which item, by the photos' names."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from visualtaste.data.images import IMAGE_SUFFIXES
from visualtaste.data.photo_names import photo_name
from visualtaste.errors import DataError


def photos_by_stem(images: Path) -> dict[str, str]:
    """File names of the photos directly in a folder by their names without suffix; .jpg goes before .png and so on."""
    names = sorted(os.listdir(images)) if images.is_dir() else []
    return _by_stem(names)


def with_photos(items: pl.DataFrame, images: Path | None, remedy: str) -> pl.DataFrame:
    """The items, which have an `item_id` and an `image_url`, with the column `image`: their photo in `images`.

    Without `images` all photos are still to be downloaded; raises DataError, ending with the `remedy`, when no item
    has an address either.
    """
    if images is None:
        if items["image_url"].null_count() == len(items):
            raise DataError(f"no item has a photo or the address of one: {remedy}")
        return items.with_columns(pl.lit(None, dtype=pl.String).alias("image"))
    names = downloaded_photos(items["item_id"].cast(pl.String).fill_null(""), images)
    return items.with_columns(pl.Series("image", names, dtype=pl.String))


def downloaded_photos(item_ids: Iterable[str], images: Path) -> list[str]:
    """For each item its photo relative to `images`: `xx/<item id>.jpg` as a download names it, or `<item id>.jpg`.

    An item without a photo gets the first of these names, so that it can be said what is missing.
    """
    found = photos_by_stem(images)
    for folder in sorted(os.listdir(images)) if images.is_dir() else ():
        if len(folder) == 2 and (images / folder).is_dir():
            found |= _by_stem([f"{folder}/{name}" for name in sorted(os.listdir(images / folder))])
    wanted = (photo_name(item, "jpg") for item in item_ids)
    return [found.get(name[:-4]) or found.get(name[3:-4]) or name for name in wanted]


def _by_stem(names: Iterable[str]) -> dict[str, str]:
    ranked = [(IMAGE_SUFFIXES.index(suffix), name) for name in names if (suffix := _suffix(name)) in IMAGE_SUFFIXES]
    return {os.path.splitext(name)[0]: name for _, name in sorted(ranked, reverse=True)}


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()
