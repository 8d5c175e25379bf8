"""Explaining a model's answer for one user: which method, and that it adds up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from visualtaste.errors import ArtifactError
from visualtaste.inference.explain.attribution import Attribution, Method
from visualtaste.inference.explain.head import PATH_POOLINGS
from visualtaste.inference.explain.pooled_path import path_contributions
from visualtaste.inference.explain.shapley import EXACT, shapley
from visualtaste.types import Float32, Float64, Int64, Ragged

if TYPE_CHECKING:
    from visualtaste.inference.taste_model import TasteModel

_GAP = 1e-3


def attribute(model: TasteModel, features: Float32) -> Attribution:
    """Contributions of one user's photos (n, K) to all logits, by the method that suits the model's pooling.

    Weighted means of photos: integrated gradients in closed form. Everything else, and folders without weights: Shapley
    values. Neither depends on the photos' order; equal photos contribute equally. Raises EmptySetError and DataError as
    `predict` does, and ArtifactError when weights and network are not of the same training.
    """
    everyone = Ragged(features, np.array([0, len(features)]))
    logits = model.logits(everyone)[0].astype(np.float64)
    if model.manifest.pooling in PATH_POOLINGS and model.head is not None:
        attention = model.predict(everyone).attention
        base, contributions = path_contributions(model.head, features, attention)
        return _checked(model, Attribution(Method.PATH, base, contributions, logits, np.zeros_like(contributions)))

    order, same = _canonical(features)
    base = model.logits(Ragged(_baseline(model)[None], np.array([0, 1])))[0].astype(np.float64)
    sorted_features = features[order]
    found, errors = shapley(len(features), lambda sets: model.logits(sets, sorted_features), base)
    contributions, uncertainty = (_shared(part, same)[np.argsort(order)] for part in (found, errors))
    method = Method.SHAPLEY if len(features) <= EXACT else Method.SAMPLED_SHAPLEY
    return _checked(model, Attribution(method, base, contributions, logits, uncertainty))


def _baseline(model: TasteModel) -> Float32:
    """The average training photo (K,), which standardising makes 0; 0 where features are not standardised."""
    size = model.manifest.feature_size
    return np.zeros(size, dtype=np.float32) if model.weights is None else model.weights.tensor("feature_mean", size)


def _canonical(features: Float32) -> tuple[Int64, Int64]:
    """An order (n,) of the photos that does not depend on theirs, and in it, the first photo equal to each (n,)."""
    keys = [row.tobytes() for row in features]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    first: dict[bytes, int] = {}
    same = [first.setdefault(keys[photo], place) for place, photo in enumerate(order)]
    return np.array(order, dtype=np.int64), np.array(same, dtype=np.int64)


def _shared(values: Float64, same: Int64) -> Float64:
    """Equal photos get equal shares (n, D) of what they have together: a sample of orders favours one of them."""
    totals = np.zeros_like(values)
    np.add.at(totals, same, values)
    shared: Float64 = (totals / np.maximum(np.bincount(same, minlength=len(same)), 1)[:, None])[same]
    return shared


def _checked(model: TasteModel, found: Attribution) -> Attribution:
    """The attribution, if it adds up: weights of another training would not."""
    total = found.base + found.contributions.sum(0)
    gap = np.abs(total - found.logits)
    # networks without an output for logits only know probabilities, of which those near 1 stand for many logits
    missed = (gap > _GAP * np.maximum(1, np.abs(found.logits))) & (
        np.abs(_sigmoid(total) - _sigmoid(found.logits)) > _GAP
    )
    if missed.any():
        raise ArtifactError(
            f"{model.folder}: contributions miss the logits by {gap.max():.2g}: its weights are of another network"
        )
    return found


def _sigmoid(logits: Float64) -> Float64:
    with np.errstate(over="ignore"):
        probabilities: Float64 = 1 / (1 + np.exp(-logits))
    return probabilities
