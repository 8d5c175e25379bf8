"""Bag of words, NetVLAD and NetFV against loops over users, photos, clusters and entries."""

import math

import numpy as np
import pytest
import torch

from support.pooled_sets import SEGMENTS, K, numbers, photos, scattered, softmax, users
from visualtaste.models.pooling.bag_of_words import BagOfWords
from visualtaste.models.pooling.clusters import Clusters
from visualtaste.models.pooling.netfv import NetFV
from visualtaste.models.pooling.netvlad import NetVLAD

C, R = 3, 4
EQUAL = [1 / 3] * 3 + [1] + [1 / 4] * 4


def assignment(w, name, x):
    """Shares of one photo that fall to the clusters."""
    return softmax([w[f"{name}.weight"][c] @ x + w[f"{name}.bias"][c] for c in range(len(w[f"{name}.bias"]))])


def unit(vector):
    return [entry / math.sqrt(sum(other**2 for other in vector)) for entry in vector]


def normalised(blocks):
    """By cluster, then as a whole, to entries of mean square 1."""
    whole = unit([entry for block in blocks for entry in unit(block)])
    return [entry * math.sqrt(len(whole)) for entry in whole]


def test_bag_of_words_counts_assignments():
    pooling = scattered(BagOfWords(K, words=C))
    pooled, attention = pooling(photos(), SEGMENTS, 3)
    w = numbers(pooling)
    for row, x in zip(pooled.detach(), users(photos()), strict=True):
        counts = [0.0] * C
        for photo in x:
            for c, share in enumerate(assignment(w, "assign", photo)):
                counts[c] += share
        np.testing.assert_allclose(row, [C * count / len(x) for count in counts], rtol=1e-5)
        assert row.sum().item() == pytest.approx(C)
    np.testing.assert_allclose(attention, EQUAL, rtol=1e-6)


def test_netvlad_sums_residuals():
    pooling = scattered(NetVLAD(K, clusters=C, reduced=R))
    pooled, attention = pooling(photos(), SEGMENTS, 3)
    w = numbers(pooling)
    for row, x in zip(pooled.detach(), users(photos()), strict=True):
        residuals = [[0.0] * R for _ in range(C)]
        for photo in x:
            y = w["reduce.weight"] @ photo
            for c, share in enumerate(assignment(w, "clusters.assign", y)):
                for entry in range(R):
                    residuals[c][entry] += share * (y[entry] - w["clusters.centres"][c][entry])
        np.testing.assert_allclose(row, normalised(residuals), rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(attention, EQUAL, rtol=1e-6)


def test_netfv_sums_first_and_second_order_statistics():
    pooling = scattered(NetFV(K, clusters=C, reduced=R))
    pooled, attention = pooling(photos(), SEGMENTS, 3)
    w = numbers(pooling)
    for row, x in zip(pooled.detach(), users(photos()), strict=True):
        first = [[0.0] * R for _ in range(C)]
        second = [[0.0] * R for _ in range(C)]
        for photo in x:
            y = w["reduce.weight"] @ photo
            for c, share in enumerate(assignment(w, "clusters.assign", y)):
                for entry in range(R):
                    deviation = math.exp(w["log_deviations"][c][entry])
                    distance = (y[entry] - w["clusters.centres"][c][entry]) / deviation
                    first[c][entry] += share * distance
                    second[c][entry] += share * (distance**2 - 1)
        np.testing.assert_allclose(row, normalised(first) + normalised(second), rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(attention, EQUAL, rtol=1e-6)


def test_assignment_starts_as_a_softmax_of_squared_distances():
    torch.manual_seed(0)
    clusters = Clusters(R, C)
    x = photos()[:, :R]
    distances = (x[:, None] - clusters.centres).square().sum(2)  # (T, C)
    torch.testing.assert_close(clusters(x), torch.softmax(-distances / (2 * math.sqrt(R)), 1))


@pytest.mark.parametrize("module", [Clusters(K, C), BagOfWords(K, words=C)])
def test_assignment_is_a_float32_softmax_under_autocast(module):
    """torch's autocast leaves softmax in bfloat16 on CPUs, whose shares would not sum to 1."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        shares = module(photos()) if isinstance(module, Clusters) else module(photos(), SEGMENTS, 3)[0] / C
    torch.testing.assert_close(shares.sum(1), torch.ones(len(shares)), rtol=0, atol=1e-6)
