"""A space in which likeness is a cosine: the main directions of some rows, evened out.

Raw features share most of their length with each other and spread it over few directions, so that their cosines say
little. Here the mean is taken out, the main directions are kept, and each is divided by sqrt(its variance + the mean
variance of those kept): strong directions no longer drown the others, weak ones are not blown up into noise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from visualtaste.types import Float32

DIRECTIONS = 128

_CHUNK = 8192  # rows


class Rows(Protocol):
    """A matrix (N, K), of which some rows at a time are read: an array, or what makes them when asked."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> NDArray[Any]: ...


@dataclass(frozen=True, eq=False)
class Space:
    """Rows (n, K) to unit rows (n, r)."""

    mean: Float32  # (K,)
    projection: Float32  # (K, r)

    @classmethod
    def fit(cls, rows: Rows) -> Space:
        """The space of the given rows (N, K), with r = min(K, 128)."""
        mean, covariance = _moments(rows)
        variances, directions = np.linalg.eigh(covariance)
        kept = slice(None, -DIRECTIONS - 1, -1)  # eigh sorts them ascending
        variances, directions = np.maximum(variances[kept], 0), directions[:, kept]
        scale = np.sqrt(variances + variances.mean())
        # rows that are all alike have no direction: everything is at the origin
        projection = directions / np.where(scale > 0, scale, np.inf)
        return cls(mean.astype(np.float32), projection.astype(np.float32))

    def __call__(self, rows: Rows) -> Float32:
        """Unit rows (n, r) of rows (n, K); a row that equals the mean becomes zero."""
        result = np.empty((len(rows), self.projection.shape[1]), dtype=np.float32)
        for part in _chunks(len(rows)):
            centred: Float32 = rows[part].astype(np.float32) - self.mean
            result[part] = unit(centred @ self.projection)
        return result


def unit(rows: NDArray[Any]) -> Float32:
    """Rows divided by their length; zero rows stay zero."""
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.where(length > 1e-6, length, np.inf)).astype(np.float32)


def _moments(rows: Rows) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean (K,) and covariance (K, K)."""
    width = rows.shape[1]
    mean = np.zeros(width)
    for part in _chunks(len(rows)):
        mean += rows[part].sum(axis=0, dtype=np.float64)
    mean /= len(rows)
    products = np.zeros((width, width))
    for part in _chunks(len(rows)):
        centred = rows[part].astype(np.float64) - mean
        products += centred.T @ centred
    return mean, products / len(rows)


def _chunks(count: int) -> Iterator[slice]:
    return (slice(start, start + _CHUNK) for start in range(0, count, _CHUNK))
