"""A comparison of simulated methods: each sees what users want through noise of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from visualtaste.baselines.entry import Entry, Family, Sees
from visualtaste.baselines.method import Fitted, Lesson, Method
from visualtaste.baselines.space import Real
from visualtaste.comparison.results import (
    AugmentationPoint,
    ComparedProtocol,
    ComparisonResult,
    Contender,
    Cost,
    WeightPoint,
)
from visualtaste.config import Protocol
from visualtaste.evaluation.results import Estimate, Evaluation, MethodResult, Provenance, SkippedUsers
from visualtaste.metrics.calibration import Calibration
from visualtaste.metrics.ranking import score_users

PROTOCOLS: tuple[Protocol, ...] = ("observed", "held-out", "new-interests")
CATEGORIES = 60

# name, title, family, what it sees; all figures about them are made up
METHODS: tuple[tuple[str, str, Family, str], ...] = (
    ("average", "Average", "features", "P"),
    ("popularity", "Popularity", "baselines", ""),
    ("noisy_or", "Item classifier, noisy-or", "item-classifier", "P"),
    ("ease_categories", "EASE on categories", "baselines", "C"),
    ("fm_everything", "Factorization machine on pictures, categories and items", "baselines", "PCI"),
    ("attention", "One attention block", "features", "P"),
    ("attention2", "Two attention blocks", "features", "P"),
    ("attention2_gating", "Two attention blocks + context gating", "features", "P"),
    ("sum", "Sum", "features", "P"),
    ("maximum", "Maximum", "features", "P"),
    ("gem", "Generalised mean", "features", "P"),
    ("average_maximum", "Average and maximum side by side", "features", "P"),
    ("multi_head", "Attention with several heads", "features", "P"),
    ("deep_sets", "Deep sets", "features", "P"),
    ("set_transformer", "Set transformer with induced points", "features", "P"),
    ("vlad", "NetVLAD", "features", "P"),
    ("average_gating", "Average + context gating", "features", "P"),
    ("linear_average", "Linear model on the average", "features", "P"),
    ("squeezed", "Two attention blocks on squeezed features", "features", "P"),
    ("classifier_mean", "Item classifier, mean", "item-classifier", "P"),
    ("classifier_maximum", "Item classifier, maximum", "item-classifier", "P"),
    ("classifier_sum", "Item classifier, sum of logits", "item-classifier", "P"),
    ("classifier_attention", "Item classifier, attention over probabilities", "item-classifier", "P"),
    ("classifier_platt", "Item classifier, noisy-or, recalibrated", "item-classifier", "P"),
    ("classifier_transition", "Item classifier, then category transitions", "item-classifier", "P"),
    ("classifier_ease", "Item classifier, then EASE on its probabilities", "item-classifier", "P"),
    ("classifier_prior", "Item classifier blended with popularity", "item-classifier", "P"),
    ("chance", "By chance", "baselines", ""),
    ("nearest_users", "Nearest users by average picture", "baselines", "P"),
    ("nearest_items", "Categories of the nearest items", "baselines", "P"),
    ("centroids", "Similarity to category centroids", "baselines", "P"),
    ("history", "The user's own categories", "baselines", "C"),
    ("history_popularity", "The user's own categories blended with popularity", "baselines", "C"),
    ("category_neighbours", "Category neighbours, cosine", "baselines", "C"),
    ("category_transitions", "Category transitions", "baselines", "C"),
    ("slim", "SLIM on categories", "baselines", "C"),
    ("multivae", "Variational autoencoder on categories", "baselines", "C"),
    ("fm_categories", "Factorization machine on categories", "baselines", "C"),
    ("als_categories", "ALS on categories", "baselines", "C"),
    ("bpr_categories", "BPR on categories", "baselines", "C"),
    ("ease_items", "EASE on items", "baselines", "I"),
    ("item_neighbours", "Item-to-item neighbours", "baselines", "I"),
    ("user_neighbours", "User-to-user neighbours", "baselines", "I"),
    ("als_items", "ALS on items", "baselines", "I"),
    ("bpr_items", "BPR on items", "baselines", "I"),
)
# as in a real comparison, what sees pictures takes part once more with known categories
METHODS += tuple(
    (f"{name}_known", f"{title} + known categories", family, "PC")
    for name, title, family, sees in METHODS
    if sees == "P"
)
_SEES: dict[str, Sees] = {"P": "pictures", "C": "categories", "I": "items"}


class Simulated(Method):
    """Stands where a method would; nothing is learned here."""

    strength: float = 1.0

    def fit(self, lesson: Lesson, seed: int) -> Fitted:
        raise NotImplementedError


def make_comparison(
    methods: int = len(METHODS),
    protocols: Sequence[Protocol] = PROTOCOLS,
    users: int = 180,
    studies: bool = True,
    seeds: int = 3,
    **fields: Any,
) -> ComparisonResult:
    """The first `methods` of METHODS on simulated users; `fields` replace those of the result."""
    settings: dict[str, Any] = {
        "dataset": "Simulated shop",
        "protocols": {protocol: _compared(protocol, methods, users, seeds) for protocol in protocols},
        "weights": _weights(users) if studies else (),
        "augmentation": _augmentation() if studies else (),
        "folds": 5,
        "seeds": seeds,
        "trials": 20,
        "provenance": Provenance(
            command="visualtaste compare data/shop -o runs/comparison",
            data={"name": "Simulated shop", "users": 620, "items": 2400},
            versions={"visualtaste": "0.1.0", "numpy": "2.4.6"},
            dropped_categories=("colour: black",),
        ),
    }
    return ComparisonResult(**(settings | fields))


def _compared(protocol: Protocol, methods: int, users: int, seeds: int) -> ComparedProtocol:
    random = np.random.default_rng(PROTOCOLS.index(protocol))
    popular = random.beta(0.6, 5, size=CATEGORIES)
    wanted = random.random((users, CATEGORIES)) < popular
    wanted[:, 0] = True
    hard = random.normal(size=wanted.shape)  # what all methods find hard alike
    results, contenders = [], {}
    for name, title, family, sees in METHODS[:methods]:
        strength = 0.0 if name in ("popularity", "chance") else random.uniform(0.4, 1.6)
        if protocol == "observed":
            strength += {"item-classifier": 2.0, "features": 0.5, "baselines": 0.2}[family] + 3.0 * ("C" in sees)
        noise = 0 if name == "popularity" else 0.6 * hard + 0.8 * random.normal(size=wanted.shape)
        prior = 0 if name == "chance" else np.log(popular / (1 - popular))
        logits = prior + (wanted - 0.5) * strength + noise * 0.8 + random.normal(scale=0.3)
        probabilities = (1 / (1 + np.exp(-logits))).astype(np.float32)
        probabilistic = name not in ("chance", "nearest_users") and "I" not in sees
        scores = score_users(probabilities, wanted, probabilities if probabilistic else None)
        note = f"Made up, called {name}."
        results.append(MethodResult(name, title, scores, note))
        trained = family == "features" or name in ("multivae", "bpr_items")
        entry = Entry(
            name,
            title,
            note,
            family,
            frozenset(_SEES[letter] for letter in sees),
            Simulated(),
            {"strength": Real(0.1, 10, log=True)} if sees else {},
            trained,
        )
        contenders[name] = Contender(
            entry,
            _cost(family, sees, random),
            {"strength": round(float(random.lognormal()), 3)} if sees else {},
            Calibration.of(probabilities, wanted) if probabilistic else None,
            seeds if trained else 1,
            float(random.uniform(0.001, 0.006)) if trained and seeds > 1 else None,
        )
    evaluation = Evaluation(
        "Simulated shop",
        protocol,
        CATEGORIES,
        tuple(results),
        "average",
        folds=5,
        draws=400,
        skipped=(SkippedUsers("with nothing to predict", 3, ("u17",)),) if protocol != "observed" else (),
    )
    return ComparedProtocol(evaluation, contenders, photos=11.3 if protocol == "observed" else 5.4)


def _cost(family: Family, sees: str, random: np.random.Generator) -> Cost:
    if not sees:
        return Cost(0.0, CATEGORIES, 0.0004, 0.0)
    return Cost(
        training_seconds=float(random.lognormal(3.5 if family == "features" else 0.5, 1.0)),
        parameters=int(random.lognormal(14 if family == "features" else 10, 1.0)),
        milliseconds_per_user=float(random.lognormal(-1.0 if "P" in sees else -3.5, 0.9)),
        state_megabytes=float(random.lognormal(-5, 1.0)),
    )


def _weights(users: int) -> tuple[WeightPoint, ...]:
    random = np.random.default_rng(7)
    points = []
    for title, protocol in (("Average", "observed"), ("Average", "held-out"), ("Two attention blocks", "held-out")):
        popular = random.beta(0.6, 9, size=200)
        wanted = random.random((users, 200)) < popular
        logits = np.log(popular / (1 - popular)) + random.normal(scale=0.9, size=wanted.shape)
        logits += 1.2 * (wanted - popular)
        for weight in (1.0, 10.0, 36.0, 72.0, 140.0):
            f1 = 0.3 - 0.004 * np.log(weight)
            raw, shift = logits + np.log(weight), 0.1 * np.log(weight)
            points.append(
                WeightPoint(
                    title,
                    protocol,  # type: ignore[arg-type]
                    weight,
                    Estimate(f1, f1 - 0.02, f1 + 0.02),
                    None if weight == 1 else Estimate(f1 - 0.3, f1 - 0.31, f1 - 0.29 - 0.01 * (weight > 50), 0.2),
                    *(Calibration.of(_sigmoid(z), wanted) for z in (raw, raw - np.log(weight) + shift, logits)),
                )
            )
    return tuple(points)


def _augmentation() -> tuple[AugmentationPoint, ...]:
    return (
        AugmentationPoint(
            "Average",
            "held-out",
            Estimate(0.217, 0.200, 0.234),
            Estimate(0.231, 0.213, 0.249),
            Estimate(0.014, 0.006, 0.022, 0.999),
        ),
        AugmentationPoint(
            "Two attention blocks",
            "held-out",
            Estimate(0.209, 0.191, 0.227),
            Estimate(0.212, 0.193, 0.230),
            Estimate(0.003, -0.004, 0.010, 0.81),
        ),
    )


def _sigmoid(logits: np.ndarray) -> np.ndarray:
    return (1 / (1 + np.exp(-logits))).astype(np.float32)
