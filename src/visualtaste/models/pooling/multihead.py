"""Pooling by multi-head attention (Set Transformer, Lee et al., ICML 2019): PMA with one seed vector."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from visualtaste.models.pooling.base import Pooling, attend


class MultiheadAttention(Pooling):
    """One learned seed s (K,) attends to the photos with H heads, then a residual feed-forward: (T, K) -> (U, K).

        head h   a_h = softmax(k_h · x_m),   o_h = V_h Σ a_hm x_m
        pooled   o = s + [o_1 ... o_H],      o + B relu(A o + c)

    Section 3.2 of the paper with k = 1. The seed is the same for everyone, so the product of its query and the key
    matrix is one learned vector k_h (K,); and V_h (K/H, K), being linear, may wait until photos are pooled. As in
    the authors' code there is no layer norm, and no feed-forward on photos before they are pooled.
    The feed-forward after it has A (R, K), B (K, R). s and B start at zero and V as the identity: with `zero_query`
    all of it starts as the average. `scale_scores` divides scores by sqrt(K). The attention is the mean over heads.
    """

    def __init__(self, features: int, *, heads: int, reduced: int, zero_query: bool, scale_scores: bool) -> None:
        super().__init__(pooled_size=features)
        keys = torch.zeros(heads, features) if zero_query else torch.randn(heads, features) / math.sqrt(features)
        self.keys = nn.Parameter(keys)
        self.scale = 1 / math.sqrt(features) if scale_scores else 1.0
        self.value = nn.Parameter(torch.eye(features))
        self.seed = nn.Parameter(torch.zeros(features))
        self.narrow = nn.Linear(features, reduced)
        self.widen = nn.Linear(reduced, features, bias=False)
        nn.init.zeros_(self.widen.weight)

    def forward(self, features: Tensor, segments: Tensor, users: int) -> tuple[Tensor, Tensor]:
        scores = F.linear(features, self.keys * self.scale).float()  # (T, H)
        outputs, attentions = [], []
        # head by head: (T, H, K) at once would be the largest array of the whole training
        for score, value in zip(scores.unbind(1), self.value.tensor_split(len(self.keys)), strict=True):
            pooled, attention = attend(features, score, segments, users)  # (U, K), (T,)
            outputs.append(F.linear(pooled, value).float())
            attentions.append(attention)
        output = self.seed + torch.cat(outputs, 1)  # (U, K)
        return output + self.widen(torch.relu(self.narrow(output))), torch.stack(attentions).mean(0)

    def score_parameters(self) -> list[nn.Parameter]:
        return [self.keys]
