"""The vectors of a catalogue: every part of an item's score that is an inner product, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visualtaste.recommend.catalogue import POSTERIOR_DIRECTIONS, Layout
from visualtaste.recommend.space import Space, unit
from visualtaste.types import Float32, Float64, Ragged

_CHUNK = 8192  # rows
_NEGLIGIBLE = 1e-6  # of the strongest direction of the categories


def item_vectors(
    features: NDArray[Any], categories: Ragged, sales: Float32, space: Space, lifts: Float32
) -> tuple[NDArray[np.float16], Float32]:
    """Vectors (N, d) of half floats, as `Layout` divides them, and the projection (D, r) of queries' lifts.

    `lifts` (U, D) are those that training users ask with: what is kept of the posterior part is what they ask for.
    """
    width = lifts.shape[1]
    layout = Layout.of(features.shape[1], width)
    kinds = _RareFirst.of(categories, width)
    kind_space = Space.fit(kinds)
    items, queries = posterior_codes(categories, lifts)
    vectors = np.zeros((len(features), layout.width), dtype=np.float16)
    for start in range(0, len(features), _CHUNK):
        rows = slice(start, start + _CHUNK)
        labels = _multi_hot(categories, rows, width)
        vectors[rows, layout.visual] = space(features[rows])
        vectors[rows, layout.categories] = kind_space(kinds[rows])
        vectors[rows, layout.posterior] = labels @ items
    vectors[:, layout.sales] = sales
    return vectors, queries


def posterior_codes(categories: Ragged, lifts: Float32) -> tuple[Float64, Float32]:
    """Projections (D, r) of items' categories and of queries' lifts.

    The posterior part of a score is m.t, with the item's categories m as 0 and 1, and the query's lifts t. The product
    of the two projected comes as near to it, in the mean square over all items and all given lifts, as r = min(D, 32)
    directions can: the singular vectors of M T', found from the two matrices of second moments.
    """
    width = lifts.shape[1]
    together = np.zeros((width, width))
    for start in range(0, len(categories), _CHUNK):
        labels = _multi_hot(categories, slice(start, start + _CHUNK), width)
        together += labels.T @ labels
    variances, directions = np.linalg.eigh(together / len(categories))
    kept = variances > _NEGLIGIBLE * variances.max()
    root = directions[:, kept] * np.sqrt(variances[kept])  # together = root @ root.T
    asked = lifts.astype(np.float64) @ root
    _, strongest = np.linalg.eigh(asked.T @ asked)
    strongest = strongest[:, : -min(width, POSTERIOR_DIRECTIONS) - 1 : -1]
    items = _padded((directions[:, kept] / np.sqrt(variances[kept])) @ strongest, width)
    queries = _padded(root @ strongest, width)
    return items, queries.astype(np.float32)


@dataclass(frozen=True, eq=False)
class _RareFirst:
    """Unit rows (N, D) of the items' categories, each as heavy as it is rare: ln(items / items that have it)."""

    categories: Ragged
    rarity: Float64  # (D,)

    @classmethod
    def of(cls, categories: Ragged, width: int) -> _RareFirst:
        counts = np.bincount(categories.values, minlength=width)
        return cls(categories, np.log(len(categories) / np.maximum(counts, 1)))

    @property
    def shape(self) -> tuple[int, ...]:
        return len(self.categories), len(self.rarity)

    def __len__(self) -> int:
        return len(self.categories)

    def __getitem__(self, part: slice) -> Float32:
        return unit(_multi_hot(self.categories, part, len(self.rarity)) * self.rarity)


def _multi_hot(categories: Ragged, rows: slice, width: int) -> Float64:
    some = categories.take(np.arange(*rows.indices(len(categories))))
    return some.multi_hot(width).astype(np.float64)


def _padded(projection: Float64, width: int) -> Float64:
    """With columns of zeros, where there are fewer directions than the layout has room for."""
    room = min(width, POSTERIOR_DIRECTIONS)
    return np.pad(projection, ((0, 0), (0, room - projection.shape[1])))
