"""What the blend is tuned on: which items each validation user could have bought after those shown, and did buy."""

from __future__ import annotations

import numpy as np

from visualtaste.data.protocols import cut
from visualtaste.inference.taste_model import TasteModel
from visualtaste.recommend.catalogue import ItemCatalogue
from visualtaste.recommend.manifest import Tuning
from visualtaste.recommend.query import Person, Query
from visualtaste.recommend.tuning import Choice, surprise, tune
from visualtaste.recommend.weights import KNOWN_PARTS, PARTS, Blend, Weights
from visualtaste.seeding import generator
from visualtaste.types import Float64, Int64, Ragged

_USERS = 512
_ITEMS = 20_000  # that a user is asked about; a larger catalogue is sampled

# photos alone have none of these parts: their weights stay 0
_WITHOUT_KNOWN = np.array([name not in KNOWN_PARTS for name in PARTS])


def tuned_blend(model: TasteModel, catalogue: ItemCatalogue, users: Ragged, seed: int) -> tuple[Blend, Tuning]:
    """The blend under which validation users' later halves are likely, given their earlier halves.

    `users` are rows of the catalogue, earliest first. Tuned twice: with the shown items as photos alone, and
    with them known. At most 512 users are asked, and about at most 20,000 items each. Who has fewer than two
    items cannot be asked; with nobody to ask, the blend stays at its defaults.
    """
    users = users.take(np.flatnonzero(users.lengths >= 2))
    if len(users) > _USERS:
        users = users.take(np.sort(generator(seed, "blend", "users").permutation(len(users))[:_USERS]))
    if len(users) == 0:
        return Blend(), Tuning(users=0, asked=0)
    shown, later = cut(users, (users.lengths + 1) // 2)
    sample = _sample(len(catalogue), seed)
    probabilities = model.predict(shown, catalogue.features).probabilities
    choices = []
    for user in range(len(users)):
        features = catalogue.features[shown[user]].astype(np.float32)
        query = Query.of(Person(features, probabilities[user], shown[user]), catalogue, Blend())
        choices.append(_choice(catalogue, query, shown[user], later[user], sample))
    blend, surprises = Blend(), {"all items equal": surprise(choices, np.zeros(len(PARTS)))}
    for name, free in (("photos", _WITHOUT_KNOWN), ("known", np.ones(len(PARTS), dtype=np.bool_))):
        start = _values(getattr(blend, name))
        tuned = tune(choices, start, free)
        weights = Weights(**dict(zip(PARTS, tuned.tolist(), strict=True)))
        blend = blend.model_copy(update={name: weights})
        surprises |= {f"{name}, at the start": surprise(choices, start), f"{name}, tuned": surprise(choices, tuned)}
    return blend, Tuning(users=len(users), asked=len(later.values), surprise=surprises)


def _choice(catalogue: ItemCatalogue, query: Query, shown: Int64, later: Int64, sample: Int64) -> Choice:
    """All items of the sample that were not shown, and those bought."""
    others = np.setdiff1d(sample, np.union1d(shown, later))
    rows = np.concatenate([later, others])
    unseen = len(catalogue) - len(np.union1d(shown, later))
    share = np.ones(len(rows))
    share[len(later) :] = unseen / max(1, len(others))
    return Choice(query.parts(rows, catalogue.codes(rows)), share, np.arange(len(later)))


def _sample(items: int, seed: int) -> Int64:
    if items <= _ITEMS:
        return np.arange(items)
    return np.sort(generator(seed, "blend", "items").choice(items, _ITEMS, replace=False))


def _values(weights: Weights) -> Float64:
    return np.array([getattr(weights, name) for name in PARTS])
