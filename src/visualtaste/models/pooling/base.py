"""What every pooling promises, and what several of them share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import torch
from torch import Tensor, nn

from visualtaste.models.segments import segment_softmax, segment_sum


class Pooling(nn.Module, ABC):
    """Base of all poolings: features (T, K) of U users -> pooled (U, P), attention (T,).

    The attention is the share of the pooled vector that comes from each photo; it is never negative and sums to 1
    for every user. Nothing depends on the order of a user's photos, nor on the other users of the batch.
    """

    pools_logits: ClassVar[bool] = False  # whether the pooled vector is the categories' logits: no head, P = D
    pooled_size: int  # P

    def __init__(self, pooled_size: int) -> None:
        super().__init__()
        self.pooled_size = pooled_size

    @abstractmethod
    def forward(self, features: Tensor, segments: Tensor, users: int) -> tuple[Tensor, Tensor]:
        """Features (T, K) of `users` users, photo t being of user segments[t] -> pooled (U, P), attention (T,)."""

    def score_parameters(self) -> list[nn.Parameter]:
        """The parameters that decide how much each photo counts: they learn at their own rate."""
        return []


def attend(features: Tensor, scores: Tensor, segments: Tensor, users: int) -> tuple[Tensor, Tensor]:
    """Mean of each user's features, weighted by the softmax of their scores (T,): (U, K), and the weights (T,)."""
    attention = segment_softmax(scores, segments, users)
    return segment_sum(attention[:, None] * features, segments, users), attention


def equal_shares(segments: Tensor, users: int) -> Tensor:
    """1/n for each of a user's n photos: (T,)."""
    ones = torch.ones_like(segments, dtype=torch.float32)
    return ones / segment_sum(ones, segments, users).index_select(0, segments)


def segment_mean(values: Tensor, segments: Tensor, users: int) -> tuple[Tensor, Tensor]:
    """Mean of each user's values (T, P): (U, P), and every photo's share in it (T,)."""
    shares = equal_shares(segments, users)
    return segment_sum(shares[:, None] * values, segments, users), shares
