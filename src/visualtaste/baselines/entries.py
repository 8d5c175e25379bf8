"""All baselines as a comparison lists them: settings where nothing is tuned, and what is tuned."""

from __future__ import annotations

from visualtaste.baselines.als import Als
from visualtaste.baselines.bpr import Bpr
from visualtaste.baselines.ease import Ease
from visualtaste.baselines.entry import Entry
from visualtaste.baselines.factorization_machine import FactorizationMachine
from visualtaste.baselines.history import History
from visualtaste.baselines.interactions import Of
from visualtaste.baselines.item_knn import ItemKnn
from visualtaste.baselines.pooled_item_classifier import PooledItemClassifier
from visualtaste.baselines.popularity import Popularity
from visualtaste.baselines.space import OneOf, Real, Space, Whole

_POPULARITY = Real(0.001, 1, log=True)


def _collaborative(of: Of) -> tuple[Entry, ...]:
    """EASE, ALS, BPR and item-kNN on categories or items."""
    sees = frozenset[Of]({of})
    blended: Space = {"popularity": _POPULARITY} if of == "items" else {}
    aim = "" if of == "categories" else "; a category's score is the sum over its items"
    return (
        Entry(
            f"ease_{of}",
            f"EASE on {of}",
            f"A linear model in closed form of which {of} go together{aim}.",
            "baselines",
            sees,
            Ease(of=of),
            {"regularisation": Real(3, 3000, log=True), **blended},
        ),
        Entry(
            f"als_{of}",
            f"ALS on {of}",
            f"Factors of users and {of} by alternating least squares on what users have{aim}.",
            "baselines",
            sees,
            Als(of=of),
            {
                "factors": Whole(4, 128, log=True),
                "alpha": Real(1, 50, log=True),
                **(blended or {"regularisation": Real(0.01, 100, log=True)}),
            },
            trained=True,
        ),
        Entry(
            f"bpr_{of}",
            f"BPR on {of}",
            f"Factors of users and {of} that rank what a user has above what the user has not{aim}.",
            "baselines",
            sees,
            Bpr(of=of),
            {
                "factors": Whole(4, 128, log=True),
                "regularisation": Real(0.001, 0.3, log=True),
                **(blended or {"debias": Real(0, 1)}),
            },
            trained=True,
        ),
        Entry(
            f"knn_{of}",
            f"Item-kNN on {of}",
            f"The {of} most similar to those that the user has, by who has both{aim}.",
            "baselines",
            sees,
            ItemKnn(of=of),
            {
                "neighbours": Whole(10, 500, log=True),
                "weighting": OneOf(("cosine", "tfidf", "bm25")),
                "popularity": _POPULARITY,
            },
        ),
    )


_SIMPLE = (
    Entry(
        "popularity",
        "Popularity",
        "The same list for everyone: categories by the share of training users that want them.",
        "baselines",
        frozenset(),
        Popularity(),
    ),
    Entry(
        "history",
        "Own history",
        "The user's own categories by how many shown items have them, blended with popularity.",
        "baselines",
        frozenset({"categories"}),
        History(),
        {"blend": Real(0.01, 1, log=True), "power": Real(0.1, 1)},
    ),
)

_FM_SPACE: Space = {"rank": Whole(2, 24, log=True), "visual": Whole(8, 128, log=True), "ids": OneOf((False, True))}

_FACTORIZATION_MACHINES = (
    Entry(
        "fm",
        "FM, pictures",
        "A factorization machine of users, their photos' mean features and categories.",
        "baselines",
        frozenset({"pictures"}),
        FactorizationMachine(),
        _FM_SPACE,
    ),
    Entry(
        "fm_known",
        "FM, pictures and categories",
        "The same factorization machine with the categories of the shown items beside their photos.",
        "baselines",
        frozenset({"pictures", "categories"}),
        FactorizationMachine(known=True),
        _FM_SPACE,
    ),
)

_POOLED_ITEM_CLASSIFIER = (
    Entry(
        "item_mean",
        "Item classifier, mean",
        "Stage 1's own head on every shown photo, its probabilities averaged.",
        "item-classifier",
        frozenset({"pictures"}),
        PooledItemClassifier(pooling="mean"),
    ),
    Entry(
        "item_max",
        "Item classifier, maximum",
        "Stage 1's own head on every shown photo; the surest photo decides.",
        "item-classifier",
        frozenset({"pictures"}),
        PooledItemClassifier(pooling="max"),
    ),
    Entry(
        "item_noisy_or",
        "Item classifier, noisy-or",
        "Stage 1's own head on every shown photo: a category counts unless every photo speaks against it.",
        "item-classifier",
        frozenset({"pictures"}),
        PooledItemClassifier(pooling="noisy_or"),
    ),
    Entry(
        "item_votes",
        "Item classifier, votes",
        "Stage 1's own head decides on every shown photo, and the photos vote.",
        "item-classifier",
        frozenset({"pictures"}),
        PooledItemClassifier(pooling="votes"),
        {"threshold": Real(0.05, 0.9)},
    ),
)

BASELINES: tuple[Entry, ...] = (
    *_SIMPLE,
    *_collaborative("categories"),
    *_collaborative("items"),
    *_FACTORIZATION_MACHINES,
    *_POOLED_ITEM_CLASSIFIER,
)
