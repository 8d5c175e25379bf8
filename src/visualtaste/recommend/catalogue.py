"""The items that can be recommended, as arrays: everything that a recommendation is computed from.

`vectors` (N, d) holds, side by side, what one inner product with a person's query compares at once:

    visual       unit rows, min(K, 128) wide   likeness of photos
    categories   unit rows, min(D, 128) wide   likeness of categories
    posterior    min(D, 32) wide               the item's side of the interests' score, compressed
    sales        2 wide                        purchases ever and of late, see `popularity`
    spare        1 wide, zero                  what a search graph needs
    padding      zeros up to a multiple of 16, without which the search is many times slower
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visualtaste.errors import DataError
from visualtaste.recommend.neighbours import Neighbours
from visualtaste.recommend.space import DIRECTIONS, Space
from visualtaste.recommend.texts import Texts
from visualtaste.types import Float32, Int64, Ragged, offsets_of

POSTERIOR_DIRECTIONS = 32
_SALES = 2
_MULTIPLE = 16


@dataclass(frozen=True)
class Layout:
    """Where the parts of a vector lie, for K features and D categories."""

    visual: slice
    categories: slice
    posterior: slice
    sales: slice
    spare: int
    width: int

    @classmethod
    def of(cls, feature_size: int, categories: int) -> Layout:
        """The layout for K features and D categories."""
        sizes = (min(feature_size, DIRECTIONS), min(categories, DIRECTIONS), min(categories, POSTERIOR_DIRECTIONS))
        first, second, third, last = (int(end) for end in np.cumsum([*sizes, _SALES]))
        return cls(
            visual=slice(0, first),
            categories=slice(first, second),
            posterior=slice(second, third),
            sales=slice(third, last),
            spare=last,
            width=-(-(last + 1) // _MULTIPLE) * _MULTIPLE,
        )


@dataclass(frozen=True, eq=False)
class Codes:
    """Vectors of some items (n, d), by their parts."""

    vectors: Float32
    layout: Layout

    def __getitem__(self, chosen: Any) -> Codes:
        return Codes(self.vectors[chosen], self.layout)

    @property
    def visual(self) -> Float32:
        """(n, r)"""
        return self.vectors[:, self.layout.visual]

    @property
    def categories(self) -> Float32:
        """(n, r)"""
        return self.vectors[:, self.layout.categories]

    @property
    def sales(self) -> Float32:
        """Purchases ever and of late, see `popularity`: (n, 2)"""
        return self.vectors[:, self.layout.sales]


@dataclass(frozen=True, eq=False)
class ItemCatalogue:
    """N items with a photo, and what is known of them. Rows of all arrays are items."""

    ids: Texts
    titles: Texts  # "" where an item has none
    categories: Ragged  # indices into the model's D categories: ragged (N, ·)
    features: NDArray[np.float16]  # (N, K)
    vectors: NDArray[np.float16]  # (N, d)
    products: Int64  # (N,) the row of the first item of the same product
    neighbours: Neighbours
    base: Float32  # (D,) the mean of training users' predicted probabilities
    space: Space  # from features to the visual part
    posterior_projection: Float32  # (D, r) from a query's lifts to the posterior part

    def __len__(self) -> int:
        return len(self.vectors)

    @cached_property
    def layout(self) -> Layout:
        """Where the parts of `vectors` lie."""
        return Layout.of(self.features.shape[1], len(self.base))

    def codes(self, rows: Int64) -> Codes:
        """The vectors of the given rows."""
        return Codes(self.vectors[rows].astype(np.float32), self.layout)

    def rows_of(self, ids: list[str]) -> Int64:
        """The rows of items; raises DataError on an id that the index does not have."""
        for item_id in ids:
            if item_id not in self.ids.rows:
                raise DataError(f"item {item_id!r} is not in the index: it has no photo, or is newer than the index")
        return np.array([self.ids.rows[item_id] for item_id in ids], dtype=np.int64)

    def items_in(self, category: int) -> Int64:
        """Rows of the items of a category, ascending."""
        return self._by_category[category]

    def variants(self, rows: Int64) -> Int64:
        """Rows of all items that are one product with one of the given ones, themselves among them."""
        products = np.unique(self.products[rows])
        return self._by_product.take(products).values

    @cached_property
    def _by_category(self) -> Ragged:
        return _inverted(self.categories.segments, self.categories.values, len(self.base))

    @cached_property
    def _by_product(self) -> Ragged:
        return _inverted(np.arange(len(self)), self.products, len(self))


def _inverted(rows: Int64, labels: Int64, width: int) -> Ragged:
    """The rows with each label, ascending: ragged (width, ·)."""
    order = np.argsort(labels, kind="stable")
    return Ragged(rows[order], offsets_of(np.bincount(labels, minlength=width).astype(np.int64)))
