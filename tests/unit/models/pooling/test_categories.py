import math

import numpy as np
import pytest
import torch

from support.pooled_sets import LENGTHS, SEGMENTS, K, numbers, photos, scattered, softmax, users
from visualtaste.config import InterestsSettings
from visualtaste.models.interests import InterestsModel
from visualtaste.models.pooling.categories import CategoryAttention

D, R = 5, 4


def make(**changes):
    options = {"reduced": R, "feature_dropout": 0.5, "dropout": 0.5, "zero_query": True, "scale_scores": False}
    return CategoryAttention(K, D, **options | changes)


@pytest.mark.parametrize("scale_scores", [True, False])
def test_every_category_pools_by_its_own_query_and_reads_its_own_vector(scale_scores):
    """As defined, with the pooled vector r_d of every user and category that the code never makes."""
    pooling = scattered(make(scale_scores=scale_scores))
    logits, attention = pooling(photos(), SEGMENTS, 3)
    w = numbers(pooling)
    scale = 1 / math.sqrt(R) if scale_scores else 1
    for row, weights, x in zip(logits.detach(), attention.detach().split(LENGTHS), users(photos()), strict=True):
        hidden = [np.maximum(w["hidden.1.weight"] @ photo + w["hidden.1.bias"], 0) for photo in x]
        shares = np.zeros(len(x))
        for category in range(D):
            share = softmax([w["query.weight"][category] @ z * scale for z in hidden])
            pooled = sum(a * z for a, z in zip(share, hidden, strict=True))  # r_d
            expected = w["value.weight"][category] @ pooled + w["value.bias"][category]
            assert row[category].item() == pytest.approx(expected, rel=1e-4, abs=1e-4)
            shares += np.array(share) / D
        np.testing.assert_allclose(weights, shares, rtol=1e-5, atol=1e-6)


def test_starts_with_equal_shares():
    _, attention = make().eval()(photos(), SEGMENTS, 3)
    np.testing.assert_allclose(attention.detach(), [1 / 3] * 3 + [1] + [1 / 4] * 4, rtol=1e-6)


def test_its_logits_are_the_models():
    """There is no second head, and nothing is dropped from logits."""
    torch.manual_seed(0)
    model = InterestsModel(K, D, InterestsSettings(pooling="category_attention", reduced=R))
    model.train()
    model.pooling.eval()
    expected, _ = model.pooling(photos(), SEGMENTS, 3)
    assert torch.equal(model(photos(), torch.tensor([0, 3, 4, 8]))[0], expected)
