"""Context gating (Miech et al. 2017): a vector decides which of its own entries matter."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


class ContextGating(nn.Module):
    """y = sigmoid(W x + b) * x, entry by entry: (U, K) -> (U, K), with W ~ N(0, 1/sqrt(K)) and b = 0."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.gate = nn.Linear(features, features)
        nn.init.normal_(self.gate.weight, std=1 / math.sqrt(features))
        nn.init.zeros_(self.gate.bias)

    def forward(self, features: Tensor) -> Tensor:
        return torch.sigmoid(self.gate(features)) * features
