"""Maximum pooling: of every feature, what the most telling photo says."""

from __future__ import annotations

from torch import Tensor

from visualtaste.models.pooling.base import Pooling
from visualtaste.models.segments import segment_max, segment_sum


class Maximum(Pooling):
    """Entry-wise maximum of a user's photos: (T, K) -> (U, K).

    A photo's attention is the share of the K entries that are taken from it. Photos that tie share the entry, and
    its gradient, equally, as torch.amax has it.
    """

    def __init__(self, features: int) -> None:
        super().__init__(pooled_size=features)

    def forward(self, features: Tensor, segments: Tensor, users: int) -> tuple[Tensor, Tensor]:
        largest = segment_max(features, segments, users)  # (U, K)
        taken = (features == largest.index_select(0, segments)).to(features.dtype)  # (T, K)
        taken = taken / segment_sum(taken, segments, users).index_select(0, segments)
        return segment_sum(taken * features, segments, users), taken.mean(1)
