"""The weights of what follows the pooling, for gradients; predictions come from the network's file alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from visualtaste.artifact.manifest import TasteManifest
from visualtaste.artifact.weights import Weights
from visualtaste.config import PoolingName
from visualtaste.types import Float32, Float64

# Weighted means of photos, then gates and a head with one hidden layer.
PATH_POOLINGS: tuple[PoolingName, ...] = (
    "average",
    "attention",
    "attention2",
    "attention2_gating",
    "attention2_gating_bn",
    "attention2_gating_tanh",
)

_BATCH_NORM_EPSILON = 1e-5


@dataclass(frozen=True, eq=False)
class Head:
    """Standardisation, gates and the classifier of an interests network."""

    mean: Float32  # (K,)
    scale: Float32  # (K,)
    hidden_weight: Float32  # (H, K)
    hidden_bias: Float32  # (H,)
    weight: Float32  # (D, H)
    bias: Float64  # (D,) with what calibration adds to all logits
    pooling: PoolingName
    gate_weight: Float32 | None  # (K, K)
    gate_bias: Float64 | None  # (K,)

    @classmethod
    def of(cls, manifest: TasteManifest, weights: Weights) -> Head:
        """Read the weights; raises ArtifactError when they are not those of the manifest's network."""
        size, categories = manifest.feature_size, len(manifest.categories)
        hidden = manifest.config.interests.hidden
        calibration = 0.0
        if manifest.calibrated:
            calibration = float(weights.tensor("shift")) - math.log(manifest.positive_weight)
        gate_weight, gate_bias = _gate(manifest.pooling, size, weights)
        return cls(
            mean=weights.tensor("feature_mean", size),
            scale=weights.tensor("feature_scale", size),
            hidden_weight=weights.tensor("head.0.weight", hidden, size),
            hidden_bias=weights.tensor("head.0.bias", hidden),
            weight=weights.tensor("head.3.weight", categories, hidden),
            bias=weights.tensor("head.3.bias", categories).astype(np.float64) + calibration,
            pooling=manifest.pooling,
            gate_weight=gate_weight,
            gate_bias=gate_bias,
        )

    def gates(self, pooled: Float64) -> Float64 | float:
        """How far each entry of a pooled vector (K,) is let through: (K,), or 1 without gating."""
        if self.gate_weight is None or self.gate_bias is None:
            return 1.0
        scores = self.gate_weight @ pooled + self.gate_bias
        if self.pooling == "attention2_gating_tanh":
            return np.tanh(scores)
        return 0.5 * (1 + np.tanh(scores / 2))  # the sigmoid, which does not overflow


def _gate(pooling: PoolingName, size: int, weights: Weights) -> tuple[Float32 | None, Float64 | None]:
    """Weight and bias of the gates' scores; a batch norm's statistics are part of them."""
    if not pooling.startswith("attention2_gating"):
        return None, None
    weight = weights.tensor("gating.gate.weight", size, size)
    if pooling != "attention2_gating_bn":
        return weight, weights.tensor("gating.gate.bias", size).astype(np.float64)
    mean, variance = (weights.tensor(f"gating.norm.running_{name}", size) for name in ("mean", "var"))
    factor = weights.tensor("gating.norm.weight", size) / np.sqrt(variance + _BATCH_NORM_EPSILON)
    return weight * factor[:, None], weights.tensor("gating.norm.bias", size) - factor * mean.astype(np.float64)
