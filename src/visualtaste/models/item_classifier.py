"""Stage 1's network: the encoder with a multi-label head over the categories of one item."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from visualtaste.config import EncoderSettings
from visualtaste.models.encoder import Encoder
from visualtaste.models.head import Head
from visualtaste.models.losses import calibrated_logits


class ItemClassifier(nn.Module):
    """Pixels (B, S, S, 3) uint8 to one raw logit a category (B, D)."""

    def __init__(self, encoder: Encoder, categories: int, settings: EncoderSettings) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = Head(encoder.feature_size(), settings.hidden, categories, settings.dropout)
        self.positive_weight = settings.positive_weight

    def forward(self, pixels: Tensor) -> Tensor:
        logits: Tensor = self.head(self.encoder(pixels))
        return logits


class FeatureClassifier(nn.Module):
    """The trained head alone: features (B, K) to calibrated probabilities (B, D)."""

    def __init__(self, classifier: ItemClassifier) -> None:
        super().__init__()
        self.head = classifier.head
        self.positive_weight = classifier.positive_weight

    def forward(self, features: Tensor) -> Tensor:
        return torch.sigmoid(calibrated_logits(self.head(features), self.positive_weight))
