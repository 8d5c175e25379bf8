"""Stage 2's network: a user's photo features in, one logit a category out."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from visualtaste.config import InterestsSettings
from visualtaste.errors import ArtifactError
from visualtaste.models.gating import make_gating, make_output_gating
from visualtaste.models.head import Head
from visualtaste.models.losses import calibrated_logits
from visualtaste.models.pooling.make import make_pooling
from visualtaste.models.segments import segments_of


class InterestsModel(nn.Module):
    """Standardise, pool, gate, classify (Demochkin & Savchenko 2019, section 2).

    What is measured on the data instead of learned is part of the model, too, and changes nothing until it is set:
    `feature_mean (K,)` and `feature_scale (K,)`, the inverse of the standard deviation, by `standardise`, and
    `shift ()`, which a calibrated model adds to all its logits.
    """

    feature_mean: Tensor
    feature_scale: Tensor
    shift: Tensor

    def __init__(self, feature_size: int, categories: int, settings: InterestsSettings) -> None:
        super().__init__()
        self.settings = settings
        self.register_buffer("feature_mean", torch.zeros(feature_size))
        self.register_buffer("feature_scale", torch.ones(feature_size))
        self.register_buffer("shift", torch.zeros(()))
        self.pooling = make_pooling(settings, feature_size, categories)
        self.gating = make_gating(settings, self.pooling.pooled_size)
        self.feature_dropout: nn.Module = nn.Identity()
        self.head: nn.Module = nn.Identity()
        if not self.pooling.pools_logits:
            self.feature_dropout = nn.Dropout(settings.feature_dropout)
            self.head = Head(self.pooling.pooled_size, settings.hidden, categories, settings.dropout)
        self.output_gating = make_output_gating(settings, categories)

    def forward(self, features: Tensor, offsets: Tensor) -> tuple[Tensor, Tensor]:
        """Features (T, K) of all users end to end, offsets (U+1,) -> raw logits (U, D), attention (T,).

        Raw: as the weighted loss shapes them; `predict` gives probabilities. No user may be without photos.
        """
        return self._logits(features, segments_of(offsets, features), offsets.shape[0] - 1)

    def _logits(self, features: Tensor, segments: Tensor, users: int) -> tuple[Tensor, Tensor]:
        features = (features - self.feature_mean) * self.feature_scale
        pooled, attention = self.pooling(features, segments, users)  # (U, P), (T,)
        logits = self.head(self.feature_dropout(self.gating(pooled)))
        return self.output_gating(logits), attention

    def predict(self, features: Tensor, offsets: Tensor) -> tuple[Tensor, Tensor]:
        """As `forward`, but probabilities (U, D), calibrated where the settings say so."""
        logits, attention = self.predict_logits(features, offsets)
        return torch.sigmoid(logits), attention

    def predict_logits(self, features: Tensor, offsets: Tensor) -> tuple[Tensor, Tensor]:
        """The logits (U, D) of what `predict` gives, and the attention (T,)."""
        logits, attention = self(features, offsets)
        return self._calibrated(logits), attention

    def predict_one(self, features: Tensor) -> Tensor:
        """Probabilities (D,) of the one user who has all the photos, features (n, K); as `predict` of that user."""
        everything = torch.zeros(features.shape[0], dtype=torch.int64, device=features.device)
        logits, _ = self._logits(features, everything, 1)
        return torch.sigmoid(self._calibrated(logits)).squeeze(0)

    def _calibrated(self, logits: Tensor) -> Tensor:
        if not self.settings.calibrate:
            return logits
        return calibrated_logits(logits, self.settings.positive_weight) + self.shift

    def standardise(self, mean: Tensor, deviation: Tensor) -> None:
        """Bring features of the given mean and standard deviation (K,) to zero mean and unit variance from now on.

        A feature that hardly varies is not blown up: the smallest deviation that counts is a tenth of the mean one.
        """
        self.feature_mean.copy_(mean)
        self.feature_scale.copy_(1 / deviation.clamp_min(0.1 * deviation.mean()).clamp_min(1e-6))


def load_interests(path: Path, feature_size: int, categories: int, settings: InterestsSettings) -> InterestsModel:
    """The trained network of a model folder, for prediction, from its `interests.safetensors`.

    Raises ArtifactError when the file cannot be read or belongs to another network.
    """
    model = InterestsModel(feature_size, categories, settings)
    try:
        model.load_state_dict(load_file(path))
    except (OSError, SafetensorError, RuntimeError) as error:
        raise ArtifactError(f"{path} cannot be read as the weights of these interests: {error}") from None
    return model.eval()
