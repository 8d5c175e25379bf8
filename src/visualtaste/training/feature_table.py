"""The photos' features as training reads them: some rows at a time, from half floats that may lie on disk."""

from __future__ import annotations

import warnings
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from visualtaste.types import Int64

_CHUNK = 8192  # rows


class FeatureTable:
    """Features (N, K) float16, in memory or mapped; rows come out as float32 on the given device."""

    def __init__(self, features: NDArray[Any], device: torch.device) -> None:
        with warnings.catch_warnings():
            # A file mapped for reading is not writable; nothing here writes, and copying it would fill the memory.
            warnings.filterwarnings("ignore", message="The given NumPy array is not writable", category=UserWarning)
            self._features = torch.from_numpy(features)
        self._device = device

    @property
    def feature_size(self) -> int:
        return self._features.shape[1]

    def rows(self, rows: Int64) -> Tensor:
        """The given rows (n, K) float32."""
        return self._features.index_select(0, torch.from_numpy(rows)).to(self._device).float()

    def moments(self, rows: Int64) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation (K,) over the given rows, each counted as often as it is given."""
        total = torch.zeros(self.feature_size, dtype=torch.float64)
        squares = torch.zeros_like(total)
        for start in range(0, len(rows), _CHUNK):
            chunk = self._features.index_select(0, torch.from_numpy(rows[start : start + _CHUNK])).double()
            total += chunk.sum(0)
            squares += chunk.square().sum(0)
        mean = total / len(rows)
        variance = (squares / len(rows) - mean.square()).clamp_min(0)
        return mean.float(), variance.sqrt().float()
