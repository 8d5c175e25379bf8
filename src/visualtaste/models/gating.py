"""Context gating (Miech et al. 2017): a vector decides which of its own entries matter."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


class ContextGating(nn.Module):
    """y = sigmoid(W x + b) * x, entry by entry: (U, K) -> (U, K).

    W starts as N(0, spread/sqrt(K)), b as `bias`; published are a spread of 1 and a bias of 0, at which all gates
    are half open and differ at random. With a small spread and a bias above 0 the gating starts as nearly nothing
    and becomes what the data can teach it, which matters where they are few.
    """

    def __init__(self, features: int, *, spread: float = 1.0, bias: float = 0.0) -> None:
        super().__init__()
        self.gate = nn.Linear(features, features)
        nn.init.normal_(self.gate.weight, std=spread / math.sqrt(features))
        nn.init.constant_(self.gate.bias, bias)

    def forward(self, features: Tensor) -> Tensor:
        return torch.sigmoid(self.gate(features)) * features
