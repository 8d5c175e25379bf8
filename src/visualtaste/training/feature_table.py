"""The photos' features as training reads them: some rows at a time, from half floats that may lie on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import torch
from numpy.typing import NDArray
from torch import Tensor

from visualtaste.features.mapped import take
from visualtaste.types import Int64

_CHUNK = 8192  # rows

T = TypeVar("T")


class FeatureTable:
    """Features (N, K) float16, in memory or mapped; rows come out as float32 on the given device."""

    def __init__(self, features: NDArray[Any], device: torch.device) -> None:
        self._features = features
        self._device = device

    @property
    def feature_size(self) -> int:
        return int(self._features.shape[1])

    def rows(self, rows: Int64) -> Tensor:
        """The given rows (n, K) float32."""
        return self._on_device(take(self._features, rows))

    def ahead(self, items: Iterable[T], rows_of: Callable[[T], Int64]) -> Iterator[tuple[T, Tensor]]:
        """Each item with its rows (n, K) float32; the next one's are read while the caller works on one."""
        with ThreadPoolExecutor(max_workers=1) as pool:
            waiting: tuple[T, Future[NDArray[Any]]] | None = None
            for item in items:
                reading = item, pool.submit(take, self._features, rows_of(item))
                if waiting:
                    yield waiting[0], self._on_device(waiting[1].result())
                waiting = reading
            if waiting:
                yield waiting[0], self._on_device(waiting[1].result())

    def moments(self, rows: Int64) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation (K,) over the given rows, each counted as often as it is given."""
        total = torch.zeros(self.feature_size, dtype=torch.float64)
        squares = torch.zeros_like(total)
        for start in range(0, len(rows), _CHUNK):
            chunk = torch.from_numpy(take(self._features, rows[start : start + _CHUNK])).double()
            total += chunk.sum(0)
            squares += chunk.square().sum(0)
        mean = total / len(rows)
        variance = (squares / len(rows) - mean.square()).clamp_min(0)
        return mean.float(), variance.sqrt().float()

    def _on_device(self, features: NDArray[Any]) -> Tensor:
        return torch.from_numpy(features).to(self._device).float()
