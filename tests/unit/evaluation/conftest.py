"""Evaluations made up from simulated methods: each sees what users want through noise of its own."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from visualtaste.evaluation.results import Evaluation, MethodResult, Provenance, SkippedUsers
from visualtaste.metrics.ranking import score_users

TITLES = (
    "Two attention blocks + context gating",
    "Two attention blocks",
    "One attention block",
    "Average",
    "Item classifier, probabilities pooled",
    "Popularity",
    "The user's own categories",
    "EASE on categories",
    "Item-to-item neighbours",
    "Matrix factorisation",
    "Factorisation machine",
    "By chance",
)


def make_evaluation(methods: int = 4, users: int = 120, **fields: Any) -> Evaluation:
    """`methods` simulated methods, the first the best, on the same simulated users and 60 categories."""
    random = np.random.default_rng(0)
    popular = random.beta(0.6, 3, size=60)
    wanted = random.random((users, 60)) < popular
    wanted[:, 0] = True
    results = []
    for index, title in enumerate(TITLES[:methods]):
        logits = (wanted - 0.5) * (2.6 - 0.35 * index) + 1.5 * popular + random.normal(size=wanted.shape) - 1.0
        probabilities = 1 / (1 + np.exp(-logits))
        given = None if title == "Popularity" else probabilities
        scores = score_users(probabilities, wanted, given)
        results.append(MethodResult(f"method{index}", title, scores, note=f"Simulated, rank {index + 1}."))
    settings: dict[str, Any] = {
        "dataset": "Simulated shop",
        "protocol": "held-out",
        "categories": 60,
        "methods": tuple(results),
        "reference": f"method{min(3, methods - 1)}",
        "draws": 400,
        "skipped": (SkippedUsers("with nothing to predict", 3, ("u17", "u4", "u99")),),
        "provenance": PROVENANCE,
    }
    return Evaluation(**(settings | fields))


PROVENANCE = Provenance(
    command="visualtaste evaluate runs/model data/shop --protocol held-out",
    data={"name": "Simulated shop", "users": 620, "items": 2400, "fingerprint": "9f86d081884c7d659a2feaa0c55ad015"},
    split={"seed": 0, "test": 0.2, "fold": 0, "validation": 0.15},
    settings={
        "seed": 0,
        "encoder": {"image_size": 64, "augment": False},
        "interests": {"pooling": "attention2_gating"},
    },
    versions={"visualtaste": "0.1.0", "numpy": "2.4.6"},
    dropped_categories=("colour: black", "section: everyday"),
)


@pytest.fixture(scope="session")
def evaluation() -> Evaluation:
    return make_evaluation()


@pytest.fixture(scope="session")
def evaluations() -> Callable[..., Evaluation]:
    return make_evaluation
