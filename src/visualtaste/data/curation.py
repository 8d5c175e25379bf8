"""From an importer's raw tables to a dataset folder that keeps its promises, every removed row counted.

The promises, about the tables that are written:

    every item          has an id of its own, a category of the vocabulary, and a photo that can be read or,
                        to be downloaded, its address; `min_item_users` users when that is more than 0
    every user          has `min_user_items` to `max_user_items` distinct items
    every category      has `min_category_items` items; there are at most `max_categories`, the most frequent first

The order of the filters:

    rows        ids that are null, doubled items (the first row stays), interactions with unknown items,
                doubled pairs (the earliest stays)
    settle      categories with too few items; items left without a category; the k-core of users and items;
                again, until nothing changes
    photos      the photos of what is left are opened
    settle
    cut         each user to the earliest `max_user_items` items (equal times by item id)
    settle
    frequent    the `max_categories` most frequent categories, ties by name
    settle

Whatever `settle` removes could not have come back later, because removing only ever lowers counts: that is why
it may come before the photos are opened, which saves opening most of a large catalogue, and why its own order does
not matter. `cut` and `frequent` choose among what is left, and their choice is not made again: a user whose
earlier items are removed after the cut does not get later ones in their place, and the categories are the most
frequent ones at the time of choosing. Where neither limit is reached nothing is approximate.

Items that nobody bought stay by default: they can still be recommended and they show what categories look like,
so they count towards `min_category_items`. `min_item_users` = 1 removes them.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl

from visualtaste.config import CurationSettings
from visualtaste.data.dataset import INTERACTION_SCHEMA, ITEM_SCHEMA, LOCK, Dataset, DatasetInfo, FilterStep
from visualtaste.data.ids import IdTypes, codes, decoded, ranks
from visualtaste.data.images import verify_images
from visualtaste.data.kcore import k_core
from visualtaste.data.ledger import Ledger
from visualtaste.data.rows import clean_rows
from visualtaste.data.vocabulary import count_categories
from visualtaste.errors import DataError
from visualtaste.files import clear_partials, legible
from visualtaste.locks import exclusive, refuse_held
from visualtaste.progress import Reporter

IMAGES = "images"  # inside a dataset folder, for photos that are still to be downloaded


def curate(
    items: pl.DataFrame,
    interactions: pl.DataFrame,
    *,
    images: Path | None,
    folder: Path,
    name: str,
    source: str,
    settings: CurationSettings,
    reporter: Reporter,
    steps: Sequence[FilterStep] = (),
    alongside: Callable[[], None] = lambda: None,
) -> Dataset:
    """Filter raw tables (columns as in a dataset folder, anything in the rows) and write the dataset folder.

    Id columns may be texts or codes of one `IdTypes`. `images` is where the items' image paths start; without, all
    photos are still to be downloaded, to the folder `images` inside the dataset's. `steps` is what was removed
    already, `alongside` writes what else belongs into the folder. Raises DataError when nothing is left, naming the
    filter that removed most, and InUseError while another process writes to the folder.
    """
    if images is not None and not images.is_dir():
        raise DataError(f"{images}: no such folder; the photos are looked for there")
    check_output(folder)
    for kind, table in (("items", items), ("interactions", interactions)):
        if table.is_empty():
            raise DataError(f"{source}: there are no {kind}")
    images = folder / IMAGES if images is None else images
    ids = IdTypes()
    ledger = Ledger(
        ids.encoded(items.select(ITEM_SCHEMA.names())),
        ids.encoded(interactions.select(INTERACTION_SCHEMA.names())),
        list(steps),
    )
    clean_rows(ledger)
    _settle(ledger, settings)
    _open_photos(ledger, images, settings, reporter)
    _settle(ledger, settings)
    _cut_users(ledger, settings.max_user_items)
    _settle(ledger, settings)
    _keep_frequent_categories(ledger, settings.max_categories)
    _settle(ledger, settings)
    ledger.refuse_if_empty()
    info = DatasetInfo(
        name=legible(name),
        source=legible(source),
        image_root=_image_root(images, folder),
        categories=tuple(count_categories(ledger.items)["category"]),
        filters=tuple(ledger.steps),
    )
    dataset = Dataset(folder, info, decoded(ledger.items).sort("item_id"), decoded(_in_time_order(ledger.interactions)))
    with exclusive(folder / LOCK):
        clear_partials(folder)
        dataset.write(alongside)
    return dataset


def check_output(folder: Path) -> None:
    """Find out before hours of work what else would be found at its end.

    Raises DataError when `folder` is a file or no text, InUseError while another process writes tables there.
    """
    if folder.exists() and not folder.is_dir():
        raise DataError(f"{folder}: is a file; a dataset is a folder")
    if legible(str(folder)) != str(folder):
        raise DataError(f"{folder}: is not UTF-8, as the names of tables have to be")
    refuse_held(folder / LOCK)


def _settle(ledger: Ledger, settings: CurationSettings) -> None:
    """Remove rare categories, items without category and what is outside the k-core until nothing changes."""
    size = None
    while size != (size := (len(ledger.items), len(ledger.interactions))):
        counts = count_categories(ledger.items)
        enough = pl.col("items") >= settings.min_category_items
        ledger.keep_categories(
            "rare categories",
            f"category with fewer than {settings.min_category_items} items",
            kept=counts.filter(enough)["category"].to_list(),
            gone=counts.filter(~enough)["category"].to_list(),
        )
        ledger.keep_items("no category", "item without any category that is kept", pl.col("categories").list.len() > 0)
        _keep_core(ledger, settings)


def _keep_core(ledger: Ledger, settings: CurationSettings) -> None:
    log = ledger.interactions
    core = k_core(codes(log["user_id"]), codes(log["item_id"]), settings.min_user_items, settings.min_item_users)
    reason = f"user with fewer than {settings.min_user_items} items"
    if settings.min_item_users > 0:
        reason += f", or item with fewer than {settings.min_item_users} users"
    ledger.keep_interactions("k-core", reason, pl.lit(pl.Series(core.keep)), rounds=core.rounds)
    if settings.min_item_users > 0:
        bought = ledger.interactions["item_id"].unique()
        ledger.keep_items("k-core", reason, pl.col("item_id").is_in(bought.implode()))


def _open_photos(ledger: Ledger, images: Path, settings: CurationSettings, reporter: Reporter) -> None:
    """Remove items whose photo is missing or cannot be read, a step for each reason.

    An item with an address but no file yet is left alone: its photo is still to be downloaded.
    """
    named = ledger.items.filter(pl.col("image").is_not_null())
    paths = [images / image for image in named["image"]]
    if settings.check_images and paths:
        problems = verify_images(paths, max_pixels=settings.max_pixels, reporter=reporter)
        faults = [None if fault is None else (fault.reason, str(fault)) for fault in problems]
    else:
        faults = [None if path.is_file() else ("missing", f"{path}: no such file") for path in paths]
    nowhere = ledger.items.filter(pl.col("image").is_null() & pl.col("image_url").is_null())["item_id"]

    by_reason: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for item, fault in zip(named["item_id"], faults, strict=True):
        if fault is not None:
            by_reason[fault[0]][item] = fault[1]
    for item in nowhere:
        by_reason["missing"][item] = f"item {item}: no photo is named or found"
    for reason, messages in sorted(by_reason.items()):
        ledger.keep_items("photos", reason, ~pl.col("item_id").is_in(list(messages)), messages.values())


def _cut_users(ledger: Ledger, at_most: int) -> None:
    ledger.interactions = _in_time_order(ledger.interactions)
    early = pl.int_range(pl.len()).over("user_id") < at_most
    ledger.keep_interactions("cut", f"beyond the user's earliest {at_most} items", early)


def _keep_frequent_categories(ledger: Ledger, at_most: int) -> None:
    names = count_categories(ledger.items)["category"].to_list()
    reason = f"category is not among the {at_most} most frequent"
    ledger.keep_categories("frequent categories", reason, kept=names[:at_most], gone=names[at_most:])


def _in_time_order(interactions: pl.DataFrame) -> pl.DataFrame:
    """Each user's interactions together, earliest first, equal times by item id, unknown times last."""
    ordered = interactions.with_columns(user=ranks(interactions["user_id"]), item=ranks(interactions["item_id"]))
    for key in ("item", "timestamp", "user"):  # one after the other, which is many times faster than all at once
        ordered = ordered.sort(key, nulls_last=True, maintain_order=True)
    return ordered.drop("user", "item")


def _image_root(images: Path, folder: Path) -> str:
    """Relative to the dataset folder where the photos are inside it, so that the folder can move; else absolute."""
    absolute, home = Path(os.path.abspath(images)), Path(os.path.abspath(folder))
    return absolute.relative_to(home).as_posix() if absolute.is_relative_to(home) else str(absolute)
