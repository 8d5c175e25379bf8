"""Calibration in the large: one constant on all logits, so that as much is expected as there is."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from visualtaste.models.losses import weighted_bce

_STEPS = 100
_LARGEST_STEP = 1.0
_ENTRIES_AT_ONCE = 2**23


def fit_shift(logits: Tensor, targets: Tensor) -> float:
    """The c at which Σ sigmoid(z + c) = Σ y: logits z (U, D), targets y (U, D) boolean.

    It is also the c of least cross-entropy, whose derivative is the difference of the two sums. The sum of
    sigmoids rises with c, so Newton's steps, kept short, arrive from anywhere. 0.0 when the targets are all equal,
    for which no finite c would do.
    """
    positives = int(targets.sum())
    if positives in (0, targets.numel()):
        return 0.0
    shift = 0.0
    for _ in range(_STEPS):
        expected = slope = 0.0
        for some, _ in _chunks(logits, targets):
            probabilities = torch.sigmoid(some.double() + shift)
            expected += float(probabilities.sum())
            slope += float((probabilities * (1 - probabilities)).sum())
        step = max(-_LARGEST_STEP, min(_LARGEST_STEP, (expected - positives) / max(slope, 1e-12)))
        shift -= step
        if abs(step) < 1e-9:
            break
    return shift


def mean_loss(logits: Tensor, targets: Tensor, shift: float) -> float:
    """Cross-entropy of the logits (U, D) moved by `shift`, mean over all entries."""
    parts = [(weighted_bce(some + shift, wanted, 1.0).item(), len(some)) for some, wanted in _chunks(logits, targets)]
    return sum(loss * (users / len(logits)) for loss, users in parts)


def _chunks(logits: Tensor, targets: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Both (U, D), some users at a time: what is computed from all entries must not take several times their memory."""
    users = max(1, _ENTRIES_AT_ONCE // logits.shape[1])
    return zip(logits.split(users), targets.split(users), strict=True)
