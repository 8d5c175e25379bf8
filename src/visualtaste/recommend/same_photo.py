"""Whether two photos are one: a thing that a person has under another id, or shows without naming it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from visualtaste.recommend.catalogue import ItemCatalogue
from visualtaste.types import Bool, Float32, Int64

# Of squared distance to squared length. Half floats and the order of a batch's sums change a photo's features by
# less than 1e-6; the photos of two products differ by far more.
_TOLERANCE = 1e-5

_NEAR = 0.05  # squared distance in the visual space, of the few pairs that are looked at closely


def same_photo(catalogue: ItemCatalogue, rows: Int64, visual: Float32, features: Float32, shown: Float32) -> Bool:
    """Whether each of the items has the very photo of each photo shown: (n, photos).

    Items are given by their rows (n,) and the visual part of their codes (n, r), photos by their features (photos, K)
    and the same in the visual space (photos, r).
    """
    lengths = np.square(visual).sum(axis=1)[:, None] + np.square(shown).sum(axis=1)
    same: Bool = lengths - 2 * visual @ shown.T < _NEAR
    items, photos = np.nonzero(same)
    same[items, photos] = _equal(catalogue.features[rows[items]], features[photos])
    return same


def _equal(a: NDArray[Any], b: Float32) -> Bool:
    apart = np.square(a.astype(np.float32) - b).sum(axis=1)
    equal: Bool = apart <= _TOLERANCE * np.square(b).sum(axis=1)
    return equal
