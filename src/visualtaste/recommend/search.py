"""The search for items with the highest inner products: every vector is compared (FAISS)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from visualtaste.recommend.space import Rows
from visualtaste.types import Bool, Float32, Int64

if TYPE_CHECKING:
    import faiss

_ROWS_AT_ONCE = 65_536


class ItemSearch(ABC):
    """Proposes the items whose vectors have the highest inner products with a query."""

    @abstractmethod
    def search(self, queries: Float32, count: int, allowed: Bool | None = None) -> tuple[Float32, Int64]:
        """For each query (U, d), `count` rows (U, count), and what no other row's inner product exceeds (U,).

        `allowed` (N,) limits the search. Where fewer are found, rows end with -1. The bounds are -inf where nothing
        can be said of the other rows.
        """


class ExactSearch(ItemSearch):
    """All N vectors (N, d), as half floats."""

    def __init__(self, vectors: NDArray[Any]) -> None:
        import faiss

        self._index = faiss.IndexScalarQuantizer(
            vectors.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        add(self._index, vectors)

    def search(self, queries: Float32, count: int, allowed: Bool | None = None) -> tuple[Float32, Int64]:
        """`count` rows of each query and the last one's inner product."""
        products, rows = scan(self._index, queries, count, allowed)
        return products[:, -1], rows


def add(index: faiss.Index, vectors: Rows) -> None:
    """Put the vectors (N, d) into a FAISS index of half floats, some at a time."""
    index.train(np.zeros((1, vectors.shape[1]), dtype=np.float32))  # half floats have nothing to learn
    for start in range(0, len(vectors), _ROWS_AT_ONCE):
        index.add(np.ascontiguousarray(vectors[start : start + _ROWS_AT_ONCE], dtype=np.float32))


def scan(index: faiss.Index, queries: Float32, count: int, allowed: Bool | None) -> tuple[Float32, Int64]:
    """What FAISS says (U, count), comparing every vector that is `allowed` (N,)."""
    import faiss

    parameters = None
    if allowed is not None:
        # kept in a name: the selector only points at the bits
        bits = np.packbits(allowed, bitorder="little")
        selector = faiss.IDSelectorBitmap(len(allowed), faiss.swig_ptr(bits))
        parameters = faiss.SearchParameters(sel=selector)
    found: tuple[Float32, Int64] = index.search(queries, count, params=parameters)
    return found
