"""The classifier on top of features: one hidden layer, one logit a category; both stages use it."""

from __future__ import annotations

from torch import nn


class Head(nn.Sequential):
    """Linear, ReLU, dropout, linear: (·, in_features) -> logits (·, out_features).

    Demochkin & Savchenko 2019 put it, with 2048 hidden units and dropout 0.5, on the encoder in stage 1 and on the
    pooled features in stage 2. The sigmoid is left to whoever reads the logits: losses are stable on logits.
    """

    def __init__(self, in_features: int, hidden: int, out_features: int, dropout: float) -> None:
        super().__init__(
            nn.Linear(in_features, hidden),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(hidden, out_features),
        )
