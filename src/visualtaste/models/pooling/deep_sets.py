"""Deep Sets (Zaheer et al., NeurIPS 2017): a network on every photo, their mean, a network on that."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from visualtaste.models.pooling.base import Pooling, segment_mean


class DeepSets(Pooling):
    """The mean over photos of phi(x) = x + B relu(A x + a), with A (R, K) and B (K, R): (T, K) -> (U, K).

    rho of the paper is the head. The mean, not the sum: a user with more photos does not have more taste, and sets
    seen in training are random parts of those asked about. B starts at zero, hence the pooling as the average.
    """

    def __init__(self, features: int, *, reduced: int) -> None:
        super().__init__(pooled_size=features)
        self.narrow = nn.Linear(features, reduced)
        self.widen = nn.Linear(reduced, features, bias=False)
        nn.init.zeros_(self.widen.weight)

    def forward(self, features: Tensor, segments: Tensor, users: int) -> tuple[Tensor, Tensor]:
        hidden = torch.relu(self.narrow(features))  # (T, R)
        mean, shares = segment_mean(features, segments, users)  # (U, K)
        mean_hidden, _ = segment_mean(hidden, segments, users)  # (U, R)
        # B is linear: it may wait until only one vector a user is left
        return mean + self.widen(mean_hidden), shares
