"""What a download came to, in numbers for people."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from visualtaste.data.dataset import Dataset
from visualtaste.data.downloads.statuses import FAILED, WITH_PHOTO, Status


@dataclass(frozen=True)
class StatusCount:
    """Items of one status."""

    status: Status
    items: int
    example: str  # an item's id
    message: str  # that example's, or ""


@dataclass(frozen=True)
class DownloadSummary:
    """What became of the photos of a dataset's items."""

    statuses: tuple[StatusCount, ...]  # most items first
    addresses: int  # that this run asked for
    fetched: int  # of which it got a photo
    bytes: int  # that these have
    seconds: float
    users: int
    users_kept: int  # that have at least `min_user_items` items with a photo
    min_user_items: int

    def items(self, *statuses: Status) -> int:
        """How many items have one of these."""
        return sum(count.items for count in self.statuses if count.status in statuses)

    @property
    def with_photo(self) -> int:
        """Items that have a photo now."""
        return self.items(*WITH_PHOTO)

    @property
    def failed(self) -> int:
        """Items that `retry` would try again."""
        return self.items(*FAILED)


def count_statuses(table: pl.DataFrame) -> tuple[StatusCount, ...]:
    """Items of each status, most first, with the first of them as example."""
    counts = (
        table.group_by("status", maintain_order=True)
        .agg(pl.len().alias("items"), pl.col("item_id").first(), pl.col("message").first())
        .sort("items", descending=True, maintain_order=True)
    )
    return tuple(
        StatusCount(status, items, example, message or "")
        for status, items, example, message in counts.select("status", "items", "item_id", "message").iter_rows()
    )


def users_with(dataset: Dataset, min_user_items: int) -> tuple[int, int]:
    """All users, and those who have at least that many items with a photo."""
    pictured = dataset.items.filter(pl.col("image").is_not_null()).select("item_id")
    counts = dataset.interactions.join(pictured, on="item_id", how="semi").group_by("user_id").len()
    kept = counts.filter(pl.col("len") >= min_user_items)
    return dataset.interactions["user_id"].n_unique(), len(kept)
