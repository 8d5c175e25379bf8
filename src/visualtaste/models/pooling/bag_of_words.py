"""Soft bag of visual words: how a user's photos spread over learned words."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from visualtaste.models.pooling.base import Pooling, segment_mean


class BagOfWords(Pooling):
    """How much of a user's photos falls to each of C learned words: (T, K) -> (U, C).

    Soft bag of words as in Miech et al. 2017, normalised to the mean over photos instead of to unit length, and
    multiplied by C: 1 is what a word has when all have the same. Assignments start as N(0, 1) scores.
    """

    def __init__(self, features: int, *, words: int) -> None:
        super().__init__(pooled_size=words)
        self.words = words
        self.assign = nn.Linear(features, words)
        nn.init.normal_(self.assign.weight, std=1 / math.sqrt(features))
        nn.init.zeros_(self.assign.bias)

    def forward(self, features: Tensor, segments: Tensor, users: int) -> tuple[Tensor, Tensor]:
        assigned = torch.softmax(self.assign(features).float(), 1)  # (T, C)
        mean, shares = segment_mean(assigned, segments, users)
        return mean * self.words, shares
