"""What is known already, what is there already, and what is to do."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from visualtaste.data.dataset import Dataset
from visualtaste.data.downloads.outcome import OUTCOME_SCHEMA
from visualtaste.data.downloads.set_aside import is_set_aside
from visualtaste.data.downloads.statuses import FAILED
from visualtaste.data.locations import Location, below, is_url
from visualtaste.data.photo_names import photo_name

PHOTOS = "images"  # the folder of photos, in that of the dataset


@dataclass(frozen=True, eq=False)
class Plan:
    """A dataset before its download.

    An item whose photo is there already, of whatever origin, is left as it is. All others are fetched by address:
    an address that several items have is fetched once, and they share its photo.
    """

    dataset: Dataset
    present: pl.Series  # of each item (N,): whether it has a photo that no download brought
    known: pl.DataFrame  # outcomes of earlier runs, as OUTCOME_SCHEMA, one an address
    wanted: pl.DataFrame  # item_id, image_url: what is to be fetched, and whose name the photo gets
    addresses: int  # of the items without a photo of their own

    @classmethod
    def of(cls, dataset: Dataset, known: pl.DataFrame, *, retry: bool) -> Plan:
        """Compare the items with what earlier runs did; with `retry` their failures are to be done again."""
        ours = _of_earlier_runs(dataset, known)
        present = _present(dataset, ours)
        lacking = dataset.items.filter(~present & pl.col("image_url").is_not_null())
        addresses = lacking.group_by("image_url", maintain_order=True).agg("item_id")
        good = _still_good(addresses, ours, dataset.folder / PHOTOS)
        failed = known.filter(pl.col("status").is_in(FAILED))
        known = pl.concat([good, failed])
        wanted = addresses.join(good if retry else known, on="image_url", how="anti", maintain_order="left")
        wanted = wanted.select(pl.col("item_id").list.first(), "image_url")
        return cls(dataset, present, known, wanted, len(addresses))

    @cached_property
    def prefix(self) -> str:
        """What leads from the dataset's image root to the folder of photos: "", or a path that ends with a slash."""
        return _prefix(self.dataset)

    @cached_property
    def moves_root(self) -> bool:
        """Whether the folder of photos becomes the image root, which it may when nothing is at the old one."""
        return self.prefix != "" and not self.present.any()


def _prefix(dataset: Dataset) -> str:
    if is_url(dataset.image_root):
        return f"{os.path.abspath(dataset.folder / PHOTOS)}/"  # nothing else leads from there to here
    # real paths: from behind a symbolic link, `..` does not lead back to where the link is
    photos, root = os.path.realpath(dataset.folder / PHOTOS), os.path.realpath(dataset.image_root)
    relative = Path(os.path.relpath(photos, root)).as_posix()
    return "" if relative == "." else f"{relative}/"


def _of_earlier_runs(dataset: Dataset, known: pl.DataFrame) -> pl.DataFrame:
    """The outcomes that have a photo."""
    return known.filter(pl.col("image").is_not_null()).select(OUTCOME_SCHEMA.names())


def _present(dataset: Dataset, ours: pl.DataFrame) -> pl.Series:
    """Whether each item has a photo that did not come from its address."""
    prefix = _prefix(dataset)
    fetched = ours.select("image_url", (prefix + pl.col("image")).alias("fetched"))
    items = dataset.items.select("image", "image_url").join(fetched, on="image_url", how="left", maintain_order="left")
    exists = [
        image is not None and image != fetched and _exists(below(dataset.image_root, image))
        for image, fetched in items.select("image", "fetched").iter_rows()
    ]
    return pl.Series("present", exists, dtype=pl.Boolean)


def _still_good(addresses: pl.DataFrame, ours: pl.DataFrame, photos: Path) -> pl.DataFrame:
    """The photos of earlier runs that are as they were left, and still belong to their address.

    A photo has the name of an item that has its address. If none of the items has that address any more, the name
    is wanted for another photo.
    """
    joined = ours.join(addresses, on="image_url", how="inner", maintain_order="left")
    good = [
        _size(photos / image) == size and (is_set_aside(image) or _is_name_of(image, item_ids))
        for image, size, item_ids in joined.select("image", "bytes", "item_id").iter_rows()
    ]
    return joined.filter(pl.Series(good, dtype=pl.Boolean)).select(OUTCOME_SCHEMA.names())


def _is_name_of(image: str, item_ids: list[str]) -> bool:
    suffix = image.rsplit(".", 1)[1]
    return any(photo_name(item, suffix) == image for item in item_ids)


def _exists(photo: Location) -> bool:
    """Whether there is such a photo; one at a URL is taken at its word."""
    return is_url(photo) or os.path.isfile(photo)


def _size(path: Path) -> int | None:
    try:
        return os.stat(path).st_size
    except OSError:
        return None
