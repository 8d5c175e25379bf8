"""Where the items' photos are, without a path in memory for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

import polars as pl

from visualtaste.data.locations import Location, below


@dataclass(frozen=True, eq=False)
class ImagePaths(Sequence[Location | None]):
    """Path or URL of each item's photo, None where an item has none; made when it is asked for."""

    root: Location
    images: pl.Series  # relative to `root`, or null

    def __len__(self) -> int:
        return len(self.images)

    @overload
    def __getitem__(self, item: int) -> Location | None: ...

    @overload
    def __getitem__(self, item: slice) -> ImagePaths: ...

    def __getitem__(self, item: int | slice) -> Location | ImagePaths | None:
        if isinstance(item, slice):
            return ImagePaths(self.root, self.images[item])
        image = self.images[int(item)]
        return None if image is None else below(self.root, image)
