"""The links of a search graph as two arrays, and their check.

FAISS follows links without looking where they lead: one that leaves its level or the graph reads memory that is not
the graph's. Files of FAISS's own format crash older versions of it the same way. So a graph is kept as plain arrays,
which NumPy checks before FAISS gets them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from visualtaste.errors import ArtifactError
from visualtaste.types import Int64

if TYPE_CHECKING:
    import faiss

LINKS = 32  # of an item in each level above the lowest, where it has twice as many (M)
_HIGHEST = 16  # levels; a million items have 4 or 5, each a 32nd of the one below

LEVELS_FILE = "graph_levels"
NEIGHBOURS_FILE = "graph_neighbours"


@dataclass(frozen=True, eq=False)
class Links:
    """Of each of N items the number of levels that it is in, and its neighbours in each of them, the lowest first."""

    levels: NDArray[Any]  # (N,) int32, from 1
    neighbours: NDArray[Any]  # (T,) int32: rows; -1 where there is none

    @classmethod
    def of(cls, index: faiss.IndexHNSW) -> Links:
        """The links of a graph."""
        import faiss

        return cls(faiss.vector_to_array(index.hnsw.levels), faiss.vector_to_array(index.hnsw.neighbors))

    def put(self, index: faiss.IndexHNSW) -> None:
        """Give the links, checked, to a graph that has its vectors and no links."""
        import faiss

        faiss.copy_array_to_vector(np.ascontiguousarray(self.levels), index.hnsw.levels)
        faiss.copy_array_to_vector(np.ascontiguousarray(self.neighbours), index.hnsw.neighbors)
        faiss.copy_array_to_vector(self._starts.astype(np.uint64), index.hnsw.offsets)
        index.hnsw.entry_point = int(self.levels.argmax())  # any item of the highest level will do
        index.hnsw.max_level = int(self.levels.max()) - 1

    def check(self, folder: Path, items: int) -> None:
        """Raise ArtifactError, naming the file in `folder`, unless these can be the links of so many items."""
        levels, neighbours = folder / f"{LEVELS_FILE}.npy", folder / f"{NEIGHBOURS_FILE}.npy"
        if self.levels.dtype != np.int32 or self.levels.shape != (items,):
            raise ArtifactError(f"{levels} is {self.levels.dtype} {self.levels.shape}, which does not fit the others")
        stray = self.levels[(self.levels < 1) | (self.levels > _HIGHEST)]
        if len(stray):
            raise ArtifactError(f"{levels} holds {stray[0]}, not 1 to {_HIGHEST}")
        if self.neighbours.dtype != np.int32 or self.neighbours.shape != (self._starts[-1],):
            found = f"{self.neighbours.dtype} {self.neighbours.shape}"
            raise ArtifactError(f"{neighbours} is {found}, which does not fit {levels.name}")
        stray = self.neighbours[(self.neighbours < -1) | (self.neighbours >= items)]
        if len(stray):
            raise ArtifactError(f"{neighbours} holds {stray[0]}, not -1 to {items - 1}")
        for level in range(1, int(self.levels.max())):
            linked = self._neighbours_at(level)
            lower = linked[(linked >= 0) & (self.levels[linked] <= level)]
            if len(lower):
                raise ArtifactError(f"{neighbours} leads to item {lower[0]}, which is not in level {level}")

    def _neighbours_at(self, level: int) -> Int64:
        """All neighbours in one of the levels above the lowest, -1 included."""
        there = np.flatnonzero(self.levels > level)
        first = self._starts[there] + (level + 1) * LINKS
        rows: Int64 = self.neighbours[first[:, None] + np.arange(LINKS)].astype(np.int64)
        return rows

    @property
    def _starts(self) -> Int64:
        """Where each item's neighbours begin, and where the last one's end (N+1,)."""
        return np.concatenate([[0], np.cumsum((self.levels.astype(np.int64) + 1) * LINKS)])
