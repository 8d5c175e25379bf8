"""The ways to recommend items that `benchmarks/items.py` compares, each from a fold to twenty items a user."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visualtaste.baselines.als import Als
from visualtaste.baselines.item_knn import ItemKnn, Weighting
from visualtaste.baselines.method import Catalogue, Lesson
from visualtaste.data.dataset import Dataset
from visualtaste.data.protocols import cut
from visualtaste.data.splits import split_users
from visualtaste.recommend.folder import ItemIndex
from visualtaste.recommend.purchases import Purchases
from visualtaste.recommend.ranking import Wish
from visualtaste.recommend.recommender import Recommender
from visualtaste.recommend.space import unit
from visualtaste.recommend.weights import PARTS, Blend, Weights
from visualtaste.types import Float32, Float64, Int64, Ragged

K = 20
Ranked = Int64  # (U, 20) rows of the catalogue, best first; -1 where there are fewer


@dataclass(frozen=True, eq=False)
class Asked:
    """Users, what they show and what they are asked: rows of the catalogue."""

    shown: Ragged
    later: Ragged
    moments: Float64  # (U,) when the last of the shown items was bought, in seconds

    @classmethod
    def of(cls, purchases: Purchases) -> Asked:
        """The earlier half is shown, the later half asked; who has fewer than two items cannot be asked."""
        purchases = purchases.of_users(np.flatnonzero(purchases.sets.lengths >= 2))
        sizes = (purchases.sets.lengths + 1) // 2
        shown, later = cut(purchases.sets, sizes)
        return cls(shown, later, purchases.seconds[purchases.sets.offsets[:-1] + sizes - 1])


@dataclass(frozen=True, eq=False)
class Fold:
    """One model with its index, and the users that it was and was not trained on."""

    recommender: Recommender
    train: Purchases
    validation: Asked
    test: Asked
    seed: int

    @classmethod
    def of(cls, recommender: Recommender, dataset: Dataset) -> Fold:
        """Divide the data set's users as the model did."""
        model, catalogue = recommender.model, recommender.index.catalogue
        ids = dataset.items["item_id"].to_list()
        kept = np.array([row for row, item in enumerate(ids) if item in catalogue.ids.rows])
        purchases = Purchases.of(dataset, kept)
        split = split_users(dataset.user_ids, model.manifest.split)
        return cls(
            recommender,
            train=purchases.of_users(np.sort(np.concatenate([split.train, split.encoder_only]))),
            validation=Asked.of(purchases.of_users(split.validation)),
            test=Asked.of(purchases.of_users(split.test)),
            seed=model.manifest.config.seed,
        )

    @property
    def features(self) -> Float32:
        """(N, K)"""
        return self.recommender.index.catalogue.features.astype(np.float32)

    @property
    def lesson(self) -> Lesson:
        """What collaborative filtering learns from."""
        catalogue = self.recommender.index.catalogue
        nothing = np.empty((0, 0), dtype=np.float32)
        items = Catalogue(catalogue.features, catalogue.categories, len(catalogue.base), nothing)
        return Lesson(items, self.train.sets, self.validation.shown, "held-out")


Ranker = Callable[[Fold, Asked], Ranked]


def best_of(scores: NDArray[Any], shown: Ragged) -> Ranked:
    """The twenty items with the highest scores (U, N) that a user does not show; ties go to the lower row."""
    scores = scores.copy()
    scores[shown.segments, shown.values] = -np.inf
    order = np.argsort(-scores, axis=1, kind="stable")[:, :K]
    return np.where(np.isfinite(np.take_along_axis(scores, order, axis=1)), order, -1)


def ours(
    fold: Fold, asked: Asked, known: bool, variants: bool = False, without: Sequence[str] = (), only: Sequence[str] = ()
) -> Ranked:
    """This project's recommender; with parts of the score taken out, or all but some."""
    recommender = fold.recommender
    index = recommender.index
    blend = index.manifest.blend
    gone = [name for name in PARTS if name in without or (only and name not in only)]
    changed = {
        regime: Weights(**(getattr(blend, regime).model_dump() | dict.fromkeys(gone, 0.0)))
        for regime in ("photos", "known")
    }
    manifest = index.manifest.model_copy(update={"blend": Blend(**changed)})
    asking = Recommender(recommender.model, ItemIndex(manifest, index.catalogue, index.search))
    features = Ragged(index.catalogue.features[asked.shown.values].astype(np.float32), asked.shown.offsets)
    ranked = asking.rank(features, asked.shown if known else None, Wish(k=K, variants=variants))
    result = np.full((len(ranked), K), -1)
    for user, found in enumerate(ranked):
        result[user, : len(found.rows)] = found.rows
    return result


def popularity(fold: Fold, asked: Asked, days: float | None = None) -> Ranked:
    """What training users bought most: ever, or until a user is asked, fading to 1/e in so many days."""
    items = len(fold.recommender.index.catalogue)
    scores = np.empty((len(asked.shown), items))
    for user, moment in enumerate(asked.moments):
        age = (moment - fold.train.seconds) / 86_400
        worth = np.ones(len(age)) if days is None else np.where(age >= 0, np.exp(-np.maximum(age, 0) / days), 0)
        scores[user] = np.bincount(fold.train.sets.values, worth, minlength=items)
    return best_of(scores, asked.shown)


def nearest_photos(fold: Fold, asked: Asked, to: str) -> Ranked:
    """Cosine of raw features, to the mean or to the nearest of the photos shown."""
    features = unit(fold.features)
    scores = np.empty((len(asked.shown), len(features)), dtype=np.float32)
    for user, shown in enumerate(asked.shown):
        likeness = features @ features[shown].T
        scores[user] = likeness.mean(axis=1) if to == "mean" else likeness.max(axis=1)
    return best_of(scores, asked.shown)


def collaborative(fold: Fold, asked: Asked, method: Als | ItemKnn) -> Ranked:
    """ALS or item-kNN on items, as `visualtaste compare` fits them; of items in no training log nothing is known."""
    fitted = method.fit(fold.lesson, fold.seed)
    scores = np.full((len(asked.shown), len(fold.recommender.index.catalogue)), -np.inf, dtype=np.float32)
    scores[:, fitted.columns.rows] = fitted.column_scores(fitted.columns.matrix(asked.shown))
    return best_of(scores, asked.shown)


def vbpr(fold: Fold, asked: Asked, regularisation: float, epochs: int) -> Ranked:
    """VBPR (He & McAuley, AAAI 2016) by cornac, which cannot be asked about users whom it was not trained on.

    So it is also trained on what the users in question show, which no other method is. Items that nobody bought are
    judged by their photo alone.
    """
    from cornac.data import Dataset as CornacDataset
    from cornac.data import ImageModality
    from cornac.models import VBPR

    train, shown = fold.train.sets, asked.shown
    users = np.concatenate([train.segments, len(train) + shown.segments])
    items = np.concatenate([train.values, shown.values])
    data = CornacDataset.from_uir([(u, i, 1.0) for u, i in zip(users.tolist(), items.tolist(), strict=True)], fold.seed)
    rows = np.array(list(data.iid_map))  # the catalogue's row of each of cornac's items
    features = unit(fold.features - fold.features.mean(axis=0))
    data.add_modalities(item_image=_image(ImageModality, features[rows]))
    model = VBPR(k=16, k2=16, n_epochs=epochs, lambda_w=regularisation, verbose=False, seed=fold.seed)
    with redirect_stdout(sys.stderr):  # it says there when it is done
        model.fit(data)
    people = np.array([data.uid_map[len(train) + user] for user in range(len(shown))])
    scores = model.theta_user[people] @ (features @ model.emb_matrix).T + (features @ model.beta_prime)[:, 0]
    scores[:, rows] += model.beta_item + model.gamma_user[people] @ model.gamma_item.T
    return best_of(scores, shown)


def _image(modality: Any, features: Float32) -> Any:
    image = modality(features=features, ids=list(range(len(features))), normalized=False)
    image.features = features
    return image


@dataclass(frozen=True)
class Method:
    """A method by the name that the table gives it; of several settings the validation users choose one."""

    name: str
    settings: Mapping[str, Ranker]


def methods(with_vbpr: bool) -> list[Method]:
    """All methods and their settings."""

    def one(name: str, ranker: Ranker) -> Method:
        return Method(name, {"": ranker})

    known = partial(ours, known=True)
    sales = ("popularity", "recent", "neighbours")
    als = {
        f"{factors} factors, regularisation {strength:g}, alpha {alpha:g}": partial(
            collaborative, method=Als(of="items", factors=factors, regularisation=strength, alpha=alpha)
        )
        for factors in (16, 64)
        for strength in (1.0, 10.0)
        for alpha in (5.0, 40.0)
    }
    weightings: tuple[Weighting, ...] = ("cosine", "tfidf", "bm25")
    knn = {
        f"{weighting}, {neighbours} neighbours": partial(
            collaborative, method=ItemKnn(of="items", neighbours=neighbours, weighting=weighting)
        )
        for weighting in weightings
        for neighbours in (20, 200)
    }
    bpr = {
        f"regularisation {strength:g}, {epochs} epochs": partial(vbpr, regularisation=strength, epochs=epochs)
        for strength in (0.01, 0.1)
        for epochs in (10, 30)
    }
    return [
        one("ours, items known", known),
        one("ours, items known, several variants allowed", partial(known, variants=True)),
        one("ours, items known, without variants of known products", partial(known, without=["variant"])),
        one("ours, items known, without likeness of photos", partial(known, without=["visual"])),
        one("ours, items known, without the interests", partial(known, without=["posterior"])),
        one(
            "ours, items known, without sales and neighbours",
            partial(known, without=sales),
        ),
        one("ours, photos alone", partial(ours, known=False)),
        one("interests alone", partial(ours, known=False, only=["posterior"])),
        Method("nearest photos", {to: partial(nearest_photos, to=to) for to in ("mean", "max")}),
        one("popularity", popularity),
        Method("recent popularity", {f"{days} days": partial(popularity, days=days) for days in (30, 90, 365)}),
        Method("ALS", als),
        Method("item-kNN", knn),
        *([Method("VBPR", bpr)] if with_vbpr else []),
    ]
