"""Calibration in the large: one constant on all logits, so that as much is expected as there is."""

from __future__ import annotations

import torch
from torch import Tensor

_STEPS = 100
_LARGEST_STEP = 1.0


def fit_shift(logits: Tensor, targets: Tensor) -> float:
    """The c at which Σ sigmoid(z + c) = Σ y: logits z (U, D), targets y (U, D) boolean.

    It is also the c of least cross-entropy, whose derivative is the difference of the two sums. The sum of
    sigmoids rises with c, so Newton's steps, kept short, arrive from anywhere. 0.0 when the targets are all equal,
    for which no finite c would do.
    """
    positives = int(targets.sum())
    if positives in (0, targets.numel()):
        return 0.0
    logits = logits.double()
    shift = 0.0
    for _ in range(_STEPS):
        probabilities = torch.sigmoid(logits + shift)
        slope = float((probabilities * (1 - probabilities)).sum())
        excess = float(probabilities.sum()) - positives
        step = max(-_LARGEST_STEP, min(_LARGEST_STEP, excess / max(slope, 1e-12)))
        shift -= step
        if abs(step) < 1e-9:
            break
    return shift
