"""The search for the highest inner products: exact, or in a graph from a size where that pays (FAISS)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from visualtaste.errors import ArtifactError
from visualtaste.types import Bool, Float32, Int64

if TYPE_CHECKING:
    import faiss

_ROWS_AT_ONCE = 65_536

_LINKS = 32  # of an item in the graph (M)
_BUILD_BREADTH = 80  # candidates while the graph is built (efConstruction)


class VectorIndex:
    """Inner products with N vectors of half floats, the highest first.

    Exact: every vector is compared. With a graph (HNSW, Malkov & Yashunin 2018) only some hundreds are. A filter is
    applied inside the search, and then every allowed vector is compared: a graph loses its way among forbidden ones.
    """

    def __init__(self, exact: faiss.Index, graph: faiss.IndexHNSW | None = None) -> None:
        self._exact = exact
        self._graph = graph

    @classmethod
    def exact(cls, vectors: NDArray[Any]) -> VectorIndex:
        """An index of vectors (N, d) that compares all of them."""
        import faiss

        index = faiss.IndexScalarQuantizer(vectors.shape[1], *_half_floats())
        _add(index, vectors)
        return cls(index)

    @classmethod
    def graph(cls, vectors: NDArray[Any]) -> VectorIndex:
        """An index of vectors (N, d) with a graph; takes minutes for a million."""
        import faiss

        kind, metric = _half_floats()
        graph = faiss.IndexHNSWSQ(vectors.shape[1], kind, _LINKS, metric)
        graph.hnsw.efConstruction = _BUILD_BREADTH
        _add(graph, vectors)
        return cls(graph.storage, graph)

    @classmethod
    def read_graph(cls, path: Path, shape: tuple[int, ...]) -> VectorIndex:
        """Open the file of `write_graph`; raises ArtifactError unless it is a graph of vectors of this shape."""
        import faiss

        try:
            graph = faiss.read_index(str(path))
        except RuntimeError as error:
            raise ArtifactError(f"{path} is no search graph: {' '.join(str(error).split())[:200]}") from None
        if not isinstance(graph, faiss.IndexHNSW) or (graph.ntotal, graph.d) != shape:
            raise ArtifactError(f"{path} is a search graph of other vectors")
        return cls(graph.storage, graph)

    def write_graph(self, path: Path) -> None:
        """Write graph and vectors."""
        import faiss

        faiss.write_index(self._graph, str(path))

    def search(self, queries: Float32, count: int, allowed: Bool | None = None) -> tuple[Float32, Int64]:
        """The `count` highest inner products of each query (U, d) and their rows: both (U, count).

        `allowed` (N,) limits the search. Where fewer are found, rows end with -1.
        """
        import faiss

        index, parameters = self._exact, None
        if allowed is not None:
            # kept in a name: the selector only points at the bits
            bits = np.packbits(allowed, bitorder="little")
            selector = faiss.IDSelectorBitmap(len(allowed), faiss.swig_ptr(bits))
            parameters = faiss.SearchParameters(sel=selector)
        elif self._graph is not None:
            index, parameters = self._graph, faiss.SearchParametersHNSW(efSearch=count)
        found: tuple[Float32, Int64] = index.search(queries, count, params=parameters)
        return found


def _half_floats() -> tuple[int, int]:
    import faiss

    return faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT


def _add(index: faiss.Index, vectors: NDArray[Any]) -> None:
    index.train(np.zeros((1, vectors.shape[1]), dtype=np.float32))  # half floats have nothing to learn
    for start in range(0, len(vectors), _ROWS_AT_ONCE):
        index.add(np.ascontiguousarray(vectors[start : start + _ROWS_AT_ONCE], dtype=np.float32))
