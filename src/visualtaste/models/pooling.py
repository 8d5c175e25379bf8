"""From a user's photos to one vector: the poolings of the neural aggregation network (Yang et al., CVPR 2017).

    attention   e_m = q · x_m,   a = softmax(e),   r = Σ a_m x_m

Every pooling maps features (T, K) of U users to pooled (U, K) and to the attention (T,) that each photo got, which
sums to 1 for every user. r lies in the convex hull of the user's photos and does not depend on their order.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

from visualtaste.config import InterestsSettings
from visualtaste.models.segments import segment_softmax, segment_sum


class Pooling(nn.Module, ABC):
    """Base of all poolings."""

    @abstractmethod
    def forward(self, features: Tensor, segments: Tensor, users: int) -> tuple[Tensor, Tensor]:
        """Features (T, K) of `users` users, photo t being of user segments[t] -> pooled (U, K), attention (T,)."""


class Average(Pooling):
    """Every photo counts the same: attention that scores nothing."""

    def forward(self, features: Tensor, segments: Tensor, users: int) -> tuple[Tensor, Tensor]:
        return attend(features, features.new_zeros(features.shape[0]), segments, users)


class Attention(Pooling):
    """One attention block with a learned query q0 (K,): the same question to every user's photos.

    `zero_query` starts it at q0 = 0, which is average pooling; otherwise q0 ~ N(0, 1/K). `scale_scores` divides
    scores by sqrt(K), so that a step of Adam, which moves all K entries, moves scores little.
    """

    def __init__(self, features: int, *, zero_query: bool, scale_scores: bool) -> None:
        super().__init__()
        query = torch.zeros(features) if zero_query else torch.randn(features) / math.sqrt(features)
        self.query = nn.Parameter(query)
        self.scale = 1 / math.sqrt(features) if scale_scores else 1.0

    def forward(self, features: Tensor, segments: Tensor, users: int) -> tuple[Tensor, Tensor]:
        scores = (features * (self.query * self.scale)).sum(1)
        return attend(features, scores, segments, users)


class TwoAttention(Pooling):
    """Two blocks in sequence: the first's r0 makes each user's own query q1 = tanh(W r0 + b) for the second.

    `zero_query` also starts W and b at zero, so that the second block, too, starts at average pooling.
    The attention that comes out is the second block's.
    """

    def __init__(self, features: int, *, zero_query: bool, scale_scores: bool) -> None:
        super().__init__()
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


def attend(features: Tensor, scores: Tensor, segments: Tensor, users: int) -> tuple[Tensor, Tensor]:
    """Mean of each user's features, weighted by the softmax of their scores (T,): (U, K), and the weights (T,)."""
    attention = segment_softmax(scores, segments, users)
    return segment_sum(attention[:, None] * features, segments, users), attention


def make_pooling(settings: InterestsSettings, features: int) -> Pooling:
    """The pooling that the settings name, for K = `features`."""
    match settings.pooling:
        case "average":
            return Average()
        case "attention":
            return Attention(features, zero_query=settings.zero_query, scale_scores=settings.scale_scores)
        case "attention2" | "attention2_gating":
            return TwoAttention(features, zero_query=settings.zero_query, scale_scores=settings.scale_scores)
