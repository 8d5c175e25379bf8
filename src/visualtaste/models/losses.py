"""The weighted cross-entropy that both stages minimise, and what its weight does to probabilities."""

from __future__ import annotations

import math

import torch.nn.functional as F
from torch import Tensor


def weighted_bce(logits: Tensor, targets: Tensor, positive_weight: float) -> Tensor:
    """Binary cross-entropy whose positive term counts `positive_weight` times, mean over all entries.

    With y in {0, 1} and softplus(-z) = softplus(z) - z, the two terms of

        w y softplus(-z) + (1 - y) softplus(z)   =   (1 + (w - 1) y) softplus(z) - w y z

    share one softplus. `logits` and `targets` have the same shape; targets may be boolean.
    """
    targets = targets.to(logits.dtype)
    weights = (positive_weight - 1.0) * targets + 1.0
    return (weights * F.softplus(logits) - positive_weight * targets * logits).mean()


def calibrated_logits(logits: Tensor, positive_weight: float) -> Tensor:
    """Logits of the true posterior, from those of a model trained with `weighted_bce`.

    The weighted loss is least at sigmoid(z) = w p / (w p + 1 - p), whose odds are w times those of p; so
    logit(p) = z - ln w. One constant for all categories: no ranking changes.
    """
    return logits - math.log(positive_weight)
