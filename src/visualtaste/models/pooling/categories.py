"""Attention with one query a category: a photo of shoes counts for shoes, whatever it says about the rest."""

from __future__ import annotations

import math
from typing import ClassVar

from torch import Tensor, nn

from visualtaste.models.pooling.base import Pooling
from visualtaste.models.segments import segment_softmax, segment_sum


class CategoryAttention(Pooling):
    """Every category d pools the photos by its own query q_d and reads its own vector: (T, K) -> logits (U, D).

        z_m = relu(W x_m + c)   (R,)
        a_md = softmax_m(q_d · z_m),   r_d = Σ_m a_md z_m,   logit_d = v_d · r_d + b_d

    The head is here: one hidden layer of R units, the same for queries and values, and one output a category, with
    the dropouts of the common head before and after the hidden layer. r (U, D, R) is never made: it is linear in
    z, so that logit_d = Σ_m a_md (v_d · z_m + b_d), which takes (T, D).

    `zero_query` starts all q_d at 0, where every category pools the average of z; otherwise q_d ~ N(0, 1/R).
    `scale_scores` divides scores by sqrt(R). The attention is the mean over categories.
    """

    pools_logits: ClassVar[bool] = True

    def __init__(
        self,
        features: int,
        categories: int,
        *,
        reduced: int,
        feature_dropout: float,
        dropout: float,
        zero_query: bool,
        scale_scores: bool,
    ) -> None:
        super().__init__(pooled_size=categories)
        self.hidden = nn.Sequential(
            nn.Dropout(feature_dropout), nn.Linear(features, reduced), nn.ReLU(), nn.Dropout(dropout)
        )
        self.query = nn.Linear(reduced, categories, bias=False)
        self.value = nn.Linear(reduced, categories)
        self.scale = 1 / math.sqrt(reduced) if scale_scores else 1.0
        nn.init.normal_(self.query.weight, std=0.0 if zero_query else 1 / math.sqrt(reduced))

    def forward(self, features: Tensor, segments: Tensor, users: int) -> tuple[Tensor, Tensor]:
        hidden = self.hidden(features)  # (T, R)
        scores = self.query(hidden).float() * self.scale  # (T, D)
        attention = segment_softmax(scores, segments, users)  # (T, D)
        return segment_sum(attention * self.value(hidden).float(), segments, users), attention.mean(1)

    def score_parameters(self) -> list[nn.Parameter]:
        return list(self.query.parameters())
