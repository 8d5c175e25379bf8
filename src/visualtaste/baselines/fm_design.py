"""A factorization machine's features of a user: what the photos look like, and the known categories.

P is the number of visual dimensions; a user's row is [visual (P) | known (D, or none)].
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from visualtaste.baselines.interactions import Csr
from visualtaste.baselines.method import Catalogue
from visualtaste.data.splits import owned_categories
from visualtaste.inference.chunks import user_chunks
from visualtaste.types import Float64, Ragged

_PHOTOS_AT_ONCE = 8192


@dataclass(frozen=True, eq=False)
class UserFeatures:
    """How a shown set becomes a row of numbers.

    centre, projection  (K,) and (K, P): principal components of the training photos, each divided by the spread
                        that training users' means have along it
    """

    catalogue: Catalogue
    known: bool
    centre: Float64
    projection: Float64

    @classmethod
    def fitted(cls, catalogue: Catalogue, shown: Ragged, visual: int, known: bool) -> UserFeatures:
        """Principal components of the photos in `shown`, at most `visual` of them and no more than there are."""
        photos = catalogue.features[np.unique(shown.values)].astype(np.float64)  # (n, K)
        centre = photos.mean(axis=0)
        photos -= centre
        values, vectors = np.linalg.eigh(photos.T @ photos)  # ascending
        kept = np.flatnonzero(values > 1e-9 * max(values[-1], 1e-12))[::-1][:visual]
        bare = cls(catalogue, False, centre, vectors[:, kept])
        spread = bare.visual(shown).std(axis=0)
        return cls(catalogue, known, centre, vectors[:, kept] / np.where(spread > 1e-9, spread, 1))

    @property
    def groups(self) -> list[int]:
        """Widths of the two parts of a row; a part that is not there is left out."""
        return [width for width in (self.projection.shape[1], self.catalogue.width * self.known) if width]

    def rows(self, shown: Ragged) -> Csr:
        """The users' rows: sparse (U, P + D) or (U, P). Known categories together have length 1."""
        from scipy.sparse import csr_matrix, hstack

        visual = csr_matrix(self.visual(shown))
        if not self.known:
            return visual
        known = owned_categories(shown, self.catalogue.categories, self.catalogue.width).astype(np.float64)
        known /= np.sqrt(np.maximum(known.sum(axis=1, keepdims=True), 1))
        return hstack([visual, csr_matrix(known)], format="csr")

    def visual(self, shown: Ragged) -> Float64:
        """The mean of each user's photos in the principal components (U, P)."""
        means = np.empty((len(shown), len(self.centre)))
        for users in user_chunks(shown.offsets, _PHOTOS_AT_ONCE):
            offsets = shown.offsets[users.start : users.stop + 1]
            photos = self.catalogue.features[shown.values[offsets[0] : offsets[-1]]]  # (T, K)
            sums = np.add.reduceat(photos, offsets[:-1] - offsets[0], axis=0, dtype=np.float64)
            means[users] = sums / np.diff(offsets)[:, None]
        projected: Float64 = (means - self.centre) @ self.projection
        return projected
