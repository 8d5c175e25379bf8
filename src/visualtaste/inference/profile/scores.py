"""How much a photo counts, known from the photo alone: what average and one attention block have."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from visualtaste.artifact.manifest import TasteManifest
from visualtaste.artifact.weights import Weights
from visualtaste.errors import ProfileError
from visualtaste.inference.profile.photo import EQUAL, Float16, Weight
from visualtaste.types import Float64

OCTAVES = 8  # factors of two that one bucket spans
FRACTION_BITS = 24

_MAX_BUCKET = 2**31 - 1


@dataclass(frozen=True, eq=False)
class LinearScore:
    """Weights 2**(direction · x) of photos x (K,): up to a common factor what attention's softmax gives them."""

    direction: Float64 | None  # (K,) in octaves; None: all count the same

    def weigh(self, features: Float16) -> Weight:
        """The weight of a photo; the same for the same features, whatever else a profile holds."""
        if self.direction is None:
            return EQUAL
        score = float((features.astype(np.float64) * self.direction).sum())
        bucket = math.floor(score / OCTAVES)
        if abs(bucket) > _MAX_BUCKET:
            raise ProfileError(f"a photo's attention score of {score:.3g} octaves is beyond all bounds")
        mantissa = round(math.exp2(score - OCTAVES * bucket + FRACTION_BITS))
        return Weight(bucket, min(mantissa, 2 ** (OCTAVES + FRACTION_BITS) - 1))


def linear_score(manifest: TasteManifest, weights: Weights | None) -> LinearScore | None:
    """The score of the manifest's pooling; None where a photo's weight depends on the others, or is not known.

    One attention block scores standardised features by its query, e = q · s (x - mean). The mean moves all scores
    alike, which no softmax sees.
    """
    if manifest.pooling == "average":
        return LinearScore(None)
    if manifest.pooling != "attention" or weights is None:
        return None
    size = manifest.feature_size
    query = weights.tensor("pooling.query", size).astype(np.float64)
    query *= weights.tensor("feature_scale", size)
    scale = 1 / math.sqrt(size) if manifest.config.interests.scale_scores else 1.0
    return LinearScore(query * (scale * math.log2(math.e)))
