"""A catalogue from what is known of its items and of who bought them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from visualtaste.recommend.catalogue import ItemCatalogue
from visualtaste.recommend.codes import item_vectors
from visualtaste.recommend.neighbours import Neighbours
from visualtaste.recommend.popularity import popularity
from visualtaste.recommend.products import product_groups
from visualtaste.recommend.purchases import Purchases
from visualtaste.recommend.query import lifts
from visualtaste.recommend.space import Space
from visualtaste.recommend.texts import Texts
from visualtaste.types import Float32, Ragged


def make_catalogue(
    ids: Sequence[str],
    titles: Sequence[str],
    categories: Ragged,
    features: NDArray[np.float16],
    purchases: Purchases,
    predictions: Float32,
) -> ItemCatalogue:
    """The catalogue of N items with these titles ("" for none), categories (N, ·) and features (N, K).

    `purchases` are those of training users, `predictions` (U, D) the interests predicted for some of them: their mean
    is the base rate that a person's interests are compared with.
    """
    space = Space.fit(features)
    base = predictions.mean(axis=0)
    sales = popularity(purchases.sets.values, purchases.seconds, len(ids))
    vectors, projection = item_vectors(features, categories, sales, space, lifts(predictions, base))
    return ItemCatalogue(
        ids=Texts.of(ids),
        titles=Texts.of(titles),
        categories=categories,
        features=features,
        vectors=vectors,
        products=product_groups(titles, space(features), features),
        neighbours=Neighbours.of(purchases.sets, len(ids)),
        base=base,
        space=space,
        posterior_projection=projection,
    )
