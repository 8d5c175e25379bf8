"""The poolings of the neural aggregation network (Yang et al., CVPR 2017), and the average that they start from.

    attention   e_m = q · x_m,   a = softmax(e),   r = Σ a_m x_m

r lies in the convex hull of the user's photos.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from visualtaste.models.pooling.base import Pooling, attend


class Average(Pooling):
    """Every photo counts the same: attention that scores nothing."""

    def __init__(self, features: int) -> None:
        super().__init__(pooled_size=features)

    def forward(self, features: Tensor, segments: Tensor, users: int) -> tuple[Tensor, Tensor]:
        return attend(features, features.new_zeros(features.shape[0]), segments, users)


class Attention(Pooling):
    """One attention block with a learned query q0 (K,): the same question to every user's photos.

    `zero_query` starts it at q0 = 0, which is average pooling; otherwise q0 ~ N(0, 1/K). `scale_scores` divides
    scores by sqrt(K), so that a step of Adam, which moves all K entries, moves scores little.
    """

    def __init__(self, features: int, *, zero_query: bool, scale_scores: bool) -> None:
        super().__init__(pooled_size=features)
        query = torch.zeros(features) if zero_query else torch.randn(features) / math.sqrt(features)
        self.query = nn.Parameter(query)
        self.scale = 1 / math.sqrt(features) if scale_scores else 1.0

    def forward(self, features: Tensor, segments: Tensor, users: int) -> tuple[Tensor, Tensor]:
        scores = (features * (self.query * self.scale)).sum(1)
        return attend(features, scores, segments, users)

    def score_parameters(self) -> list[nn.Parameter]:
        return list(self.parameters())


class TwoAttention(Pooling):
    """Two blocks in sequence: the first's r0 makes each user's own query q1 = tanh(W r0 + b) for the second.

    `zero_query` also starts W and b at zero, so that the second block, too, starts at average pooling.
    The attention that comes out is the second block's.
    """

    def __init__(self, features: int, *, zero_query: bool, scale_scores: bool) -> None:
        super().__init__(pooled_size=features)
        self.first = Attention(features, zero_query=zero_query, scale_scores=scale_scores)
        self.to_query = nn.Linear(features, features)
        if zero_query:
            nn.init.zeros_(self.to_query.weight)
            nn.init.zeros_(self.to_query.bias)

    def forward(self, features: Tensor, segments: Tensor, users: int) -> tuple[Tensor, Tensor]:
        first, _ = self.first(features, segments, users)
        queries = torch.tanh(self.to_query(first)) * self.first.scale  # (U, K)
        # index_select, not queries[segments]: its gradient is a plain sum, many times faster on a CPU
        scores = (features * queries.index_select(0, segments)).sum(1)
        return attend(features, scores, segments, users)

    def score_parameters(self) -> list[nn.Parameter]:
        return list(self.parameters())
