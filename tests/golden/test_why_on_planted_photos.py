"""Every photo shows one category or nothing; trained on that, the models give the credit to the photo that shows it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from support.pooled_model import FEATURES, pooled_config, write_model
from support.tiny_model import CATEGORIES
from visualtaste.inference.taste_model import TasteModel
from visualtaste.models.interests import InterestsModel
from visualtaste.models.losses import weighted_bce

SHOWN, NOISE = 3, 3  # photos of a user that show a category, and that show none
PHOTOS = SHOWN + NOISE


def users(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Features (U, n, K) and what each photo shows (U, n), -1 for nothing. Category c lights up feature c."""
    random = np.random.default_rng(seed)
    shown = np.full((count, PHOTOS), -1)
    shown[:, :SHOWN] = np.argsort(random.random((count, len(CATEGORIES))), axis=1)[:, :SHOWN]
    shown = random.permuted(shown, axis=1)
    features = random.normal(scale=0.3, size=(count, PHOTOS, FEATURES))
    user, photo = np.nonzero(shown >= 0)
    features[user, photo, shown[user, photo]] += 3
    return features.astype(np.float32), shown


@pytest.mark.slow
@pytest.mark.parametrize("pooling", ["average", "attention2_gating", "netvlad"])
def test_the_photo_that_shows_a_category_gets_the_credit(tmp_path: Path, pooling: str) -> None:
    settings = {"hidden": 64, "reduced": 12, "dropout": 0.0, "feature_dropout": 0.0, "positive_weight": 1.0}
    config = pooled_config(pooling, **settings)
    features, shown = users(256, seed=0)
    target = torch.tensor((shown[:, :, None] == np.arange(len(CATEGORIES))).any(1))
    flat, offsets = torch.from_numpy(features.reshape(-1, FEATURES)), torch.arange(0, 256 * PHOTOS + 1, PHOTOS)
    torch.manual_seed(0)
    network = InterestsModel(FEATURES, len(CATEGORIES), config.interests)
    network.standardise(flat.mean(0), flat.std(0))
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    for _ in range(200):
        optimizer.zero_grad()
        weighted_bce(network(flat, offsets)[0], target, positive_weight=1.0).backward()
        optimizer.step()
    model = TasteModel.load(write_model(tmp_path / "model", config, network.eval()))

    credited, asked = 0, 0
    for photos, showing in zip(*users(20, seed=1), strict=True):
        found = model.attribute(photos)
        for photo in np.flatnonzero(showing >= 0):
            asked += 1
            credited += int(found.contributions[:, showing[photo]].argmax() == photo)
    assert credited >= 0.95 * asked
