import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from visualtaste.models.losses import calibrated_logits, weighted_bce


def test_loss_by_hand():
    logits = torch.tensor([[0.0, math.log(3)]])
    targets = torch.tensor([[True, False]])
    # -(5 ln 1/2) for the positive, -(ln 1/4) for the negative
    assert weighted_bce(logits, targets, 5.0).item() == pytest.approx((5 * math.log(2) + math.log(4)) / 2)


@given(st.floats(0.1, 200), st.integers(0, 2**31))
def test_loss_is_that_of_torch(weight, seed):
    generator = torch.Generator().manual_seed(seed)
    logits = 10 * torch.randn(4, 5, generator=generator)
    targets = torch.rand(4, 5, generator=generator) < 0.3
    theirs = F.binary_cross_entropy_with_logits(logits, targets.float(), pos_weight=torch.tensor(weight))
    torch.testing.assert_close(weighted_bce(logits, targets, weight), theirs, rtol=1e-5, atol=1e-5)


def test_loss_of_confident_logits_stays_finite():
    logits = torch.tensor([200.0, -200.0, 200.0, -200.0], requires_grad=True)
    loss = weighted_bce(logits, torch.tensor([True, False, False, True]), 36.0)
    loss.backward()
    assert loss.item() == pytest.approx((200 + 36 * 200) / 4)
    assert logits.grad is not None
    np.testing.assert_allclose(logits.grad, [0, 0, 1 / 4, -36 / 4], atol=1e-6)


@given(st.floats(0.001, 0.999), st.floats(0.1, 200))
def test_calibration_undoes_the_weight(probability, weight):
    # the minimum of the weighted loss lies where the sigmoid is w p / (w p + 1 - p)
    raw = torch.tensor(weight * probability / (weight * probability + 1 - probability), dtype=torch.float64).logit()
    assert torch.sigmoid(calibrated_logits(raw, weight)).item() == pytest.approx(probability, rel=1e-6)


def test_calibration_divides_the_odds_by_the_weight():
    logits = torch.tensor([-2.0, 0.0, 3.0], dtype=torch.float64)
    odds = torch.exp(logits) / torch.exp(calibrated_logits(logits, 36.0))
    torch.testing.assert_close(odds, torch.full((3,), 36.0, dtype=torch.float64))
