import math

import numpy as np
import pytest
import torch
from torch import nn

from support.pooled_sets import LENGTHS, SEGMENTS, K, numbers, photos, scattered, softmax, users
from visualtaste.models.pooling.multihead import MultiheadAttention


def make(heads, scale_scores=False):
    return scattered(MultiheadAttention(K, heads=heads, reduced=4, zero_query=True, scale_scores=scale_scores))


@pytest.mark.parametrize("scale_scores", [True, False])
def test_equals_the_formulas_head_by_head_and_photo_by_photo(scale_scores):
    pooling = make(3, scale_scores)
    pooled, attention = pooling(photos(), SEGMENTS, 3)
    w = numbers(pooling)
    scale = 1 / math.sqrt(K) if scale_scores else 1
    for row, weights, x in zip(pooled.detach(), attention.detach().split(LENGTHS), users(photos()), strict=True):
        output, shares = w["seed"].copy(), np.zeros(len(x))
        for head in range(3):
            share = softmax([w["keys"][head] @ photo * scale for photo in x])
            rows = slice(2 * head, 2 * head + 2)
            output[rows] += sum(a * (w["value"][rows] @ photo) for a, photo in zip(share, x, strict=True))
            shares += np.array(share) / 3
        hidden = np.maximum(w["narrow.weight"] @ output + w["narrow.bias"], 0)
        np.testing.assert_allclose(row, output + w["widen.weight"] @ hidden, rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(weights, shares, rtol=1e-5, atol=1e-6)


def test_is_torchs_multi_head_attention_with_one_seed():
    """The seed's query and the key matrix folded into one vector a head change nothing."""
    heads, size = 2, K // 2
    torch.manual_seed(3)
    theirs = nn.MultiheadAttention(K, heads, bias=False, batch_first=True)
    seed = torch.randn(1, K)
    ours = make(heads)
    with torch.no_grad():
        theirs.out_proj.weight.copy_(torch.eye(K))
        query, key, value = theirs.in_proj_weight.split(K)
        for head in range(heads):
            rows = slice(head * size, (head + 1) * size)
            ours.keys[head] = (query @ seed[0])[rows] @ key[rows] / math.sqrt(size)
        ours.value.copy_(value)
        ours.seed.zero_()
        ours.widen.weight.zero_()
        pooled, attention = ours(photos(), SEGMENTS, 3)
        for row, weights, x in zip(pooled, attention.split(LENGTHS), photos().split(LENGTHS), strict=True):
            expected, shares = theirs(seed, x, x)
            torch.testing.assert_close(row, expected[0])
            torch.testing.assert_close(weights, shares[0])


def test_heads_need_not_divide_the_features():
    pooled, _ = make(4)(photos(), SEGMENTS, 3)
    assert pooled.shape == (3, K)
