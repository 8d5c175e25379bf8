"""Which user has which category, or which item: what collaborative filtering learns from, and what it is asked.

C is the number of columns: categories or items that at least one training user has. Of the others nothing can be
learned, so they are left out of the matrices and come last in every ranking.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from visualtaste.baselines.libraries import compare_library
from visualtaste.baselines.method import Catalogue, Lesson
from visualtaste.baselines.questions import categories_of
from visualtaste.data.splits import owned_categories
from visualtaste.errors import TrainingError
from visualtaste.types import Int64, Ragged

Of = Literal["categories", "items"]
Csr = Any  # scipy.sparse.csr_matrix, which has no types; implicit accepts nothing else


@dataclass(frozen=True, eq=False)
class Columns:
    """The C columns of a users x categories or users x items matrix."""

    of: Of
    catalogue: Catalogue
    rows: Int64  # (C,), the categories, or the catalogue's rows, that a training user has: ascending

    @classmethod
    def had(cls, of: Of, lesson: Lesson) -> Columns:
        """The columns that a training user has; raises TrainingError when there is none.

        Raises MissingExtraError where scipy, in which the matrices are kept, is not installed.
        """
        with compare_library("collaborative filtering"):
            import scipy.sparse  # noqa: F401

        catalogue = lesson.catalogue
        items = np.unique(lesson.train.values)
        rows = items if of == "items" else np.unique(catalogue.categories.take(items).values)
        if len(rows) == 0:
            raise TrainingError(f"the {len(lesson.train)} training users have no {of}: at least one must have one")
        return cls(of, catalogue, rows)

    def __len__(self) -> int:
        return len(self.rows)

    def matrix(self, sets: Ragged) -> Csr:
        """1 where a set has the column, else 0: sparse (U, C) float32."""
        from scipy.sparse import csr_matrix

        width = self.catalogue.width if self.of == "categories" else len(self.catalogue.categories)
        if self.of == "categories":
            users, columns = np.nonzero(owned_categories(sets, self.catalogue.categories, width))
        else:
            users, columns = sets.segments, sets.values
        place = np.full(width, -1)
        place[self.rows] = np.arange(len(self.rows))
        columns = place[columns]
        users, columns = users[columns >= 0], columns[columns >= 0]
        matrix = csr_matrix((np.ones(len(users), np.float32), (users, columns)), shape=(len(sets), len(self.rows)))
        matrix.data[:] = 1  # an item given twice counts once
        matrix.sort_indices()
        return matrix

    def category_scores(self, scores: NDArray[Any], known: Csr) -> NDArray[Any]:
        """Scores of columns (U, C) as scores of categories (U, D), for users who have `known` (U, C) already.

        Of categories: the same, and below all of them the categories that are no column. Of items: scores are
        expected numbers of purchases up to a factor of the user, so a category's is the sum over its items; negative
        ones count as 0, and so do the user's own items, which nobody buys twice.
        """
        if self.of == "categories":
            lowest = scores.min(axis=1, keepdims=True)
            result = np.repeat(lowest, self.catalogue.width, axis=1)
            result[:, self.rows] = scores
            return result
        wanted = np.maximum(scores, 0)
        wanted[known.nonzero()] = 0
        totals: NDArray[Any] = wanted @ self._filed()
        return totals

    def _filed(self) -> Csr:
        """1 where the column's item is of the category: sparse (C, D)."""
        from scipy.sparse import csr_matrix

        labels = self.catalogue.categories.take(self.rows)
        ones = np.ones(len(labels.values), dtype=np.float32)
        return csr_matrix((ones, labels.values, labels.offsets), shape=(len(self.rows), self.catalogue.width))

    def state_bytes(self, photos: int) -> int:
        """Four bytes for every category or item that the user has."""
        return 4 * (photos if self.of == "items" else categories_of(self.catalogue, photos))
