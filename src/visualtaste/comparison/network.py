"""The poolings of photo features as methods of the comparison: stage 2's network, trained as `visualtaste fit` does."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from visualtaste.baselines.method import Catalogue, Fitted, Lesson, Method
from visualtaste.config import InterestsSettings
from visualtaste.inference.chunks import user_chunks
from visualtaste.models.interests import InterestsModel
from visualtaste.models.losses import calibrated_logits
from visualtaste.training.feature_table import FeatureTable
from visualtaste.training.interests import InterestsData, fit_interests
from visualtaste.types import Float32, Ragged

_PHOTOS_AT_ONCE = 2048


class Network(InterestsSettings, Method):
    """Its hyper-parameters are stage 2's settings; the protocol that it learns is the lesson's."""

    def fit(self, lesson: Lesson, seed: int) -> FittedNetwork:
        """Train the network; raises TrainingError when there is nothing to learn or the loss diverges."""
        settings = InterestsSettings.model_validate(self.model_dump() | {"protocol": lesson.protocol})
        catalogue = lesson.catalogue
        data = InterestsData(catalogue.features, catalogue.categories, lesson.train, lesson.validation)
        return FittedNetwork(fit_interests(data, catalogue.width, settings, seed).model, catalogue)


class FittedNetwork(Fitted):
    """The trained network, asked about rows of the catalogue."""

    probabilistic = True

    def __init__(self, model: InterestsModel, catalogue: Catalogue) -> None:
        self.model = model
        self.parameters = sum(parameter.numel() for parameter in model.parameters())
        self._categories = catalogue.width
        self._table = FeatureTable(catalogue.features, next(model.parameters()).device)

    def _scores(self, shown: Ragged) -> Float32:
        logits = self._logits(shown)
        if self.model.settings.calibrate:
            logits = calibrated_logits(logits, self.model.settings.positive_weight) + self.model.shift.cpu()
        return self._probabilities(logits)

    def uncalibrated(self, shown: Ragged) -> dict[str, Float32]:
        """What the probabilities would be without calibration ("raw") and with ln w alone ("corrected")."""
        logits = self._logits(shown)
        corrected = calibrated_logits(logits, self.model.settings.positive_weight)
        return {"raw": self._probabilities(logits), "corrected": self._probabilities(corrected)}

    def state_bytes(self, photos: int) -> int:
        """The photos' features as half floats where photos ask about each other, else the running sums."""
        settings, features = self.model.settings, self._table.feature_size
        if settings.pooling.startswith("attention2"):
            return 2 * features * photos  # the second block's query depends on all photos
        if settings.pooling == "category_attention":
            return 4 * 3 * self._categories  # for each category a weighted sum, the weights' sum, the maximum
        return 4 * (self.model.pooling.pooled_size + 2)

    @torch.no_grad()
    def _logits(self, shown: Ragged) -> Tensor:
        """Raw logits (U, D), on the processor."""
        logits = torch.empty(len(shown), self._categories)
        for users in user_chunks(shown.offsets, _PHOTOS_AT_ONCE):
            offsets = shown.offsets[users.start : users.stop + 1]
            features = self._table.rows(shown.values[offsets[0] : offsets[-1]])
            logits[users] = self.model(features, torch.from_numpy(offsets - offsets[0]).to(features.device))[0].cpu()
        return logits

    @staticmethod
    def _probabilities(logits: Tensor) -> Float32:
        probabilities: Float32 = torch.sigmoid(logits).numpy().astype(np.float32)
        return probabilities
