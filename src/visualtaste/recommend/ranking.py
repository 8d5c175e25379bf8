"""From a query to ranked items: search, exact scores, what was seen left out, one item a product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import Field

from visualtaste.recommend.diversity import diversified
from visualtaste.recommend.query import Query
from visualtaste.recommend.same_photo import same_photo
from visualtaste.recommend.search import ItemSearch
from visualtaste.settings import Settings
from visualtaste.types import Bool, Float32, Int64

_FEWEST = 100  # candidates of a search
_POOL = 5  # times as many as wanted are ranked where a diverse selection is made of them


class Wish(Settings):
    """What is wanted of the ranking."""

    k: int = Field(20, ge=1, description="how many items")
    diversity: float = Field(0.0, ge=0, le=1, description="0: the best; towards 1: as unlike each other as can be")
    variants: bool = Field(False, description="several variants of one product may be recommended")


@dataclass(frozen=True, eq=False)
class Ranked:
    """Items for one person, best first."""

    rows: Int64  # (n,) n <= k
    parts: Float32  # (n, parts) weighted: a row's sum is the score

    @property
    def scores(self) -> Float32:
        """Score of each item (n,)."""
        total: Float32 = self.parts.sum(axis=1)
        return total


def rank(search: ItemSearch, queries: Sequence[Query], wish: Wish, allowed: Bool | None = None) -> list[Ranked]:
    """The best items for each query; `allowed` (N,) limits them.

    The search proposes, by the part of the score that is an inner product; variants and neighbours of known items
    join; all of them are scored exactly. Where too few are left once what was seen and doubled products are gone,
    or where an item that was not proposed could still be among the best, the search is repeated for four times as
    many: with an exact search, what comes out is what scoring the whole catalogue gives. (With more categories than
    the posterior part of a vector is wide, the inner product is a little off, and so could be the last places.)
    """
    if not queries:
        return []
    items = len(queries[0].catalogue)
    possible = items if allowed is None else int(allowed.sum())
    results: list[Ranked | None] = [None] * len(queries)
    waiting = list(range(len(queries)))
    count = max(_FEWEST, 4 * _wanted(wish)) + max(len(query.known) for query in queries)
    while waiting:
        count = min(count, possible)
        vectors = np.stack([queries[i].vector for i in waiting])
        bounds, proposed = search.search(vectors, count, allowed) if count else _nothing(len(waiting))
        for i, bound, rows in zip(waiting, bounds, proposed, strict=True):
            floor = None if count == possible else float(bound)
            results[i] = _best(queries[i], rows[rows >= 0], floor, wish, allowed)
        waiting = [i for i in waiting if results[i] is None]
        count *= 4
    return [result for result in results if result is not None]


def _best(query: Query, proposed: Int64, floor: float | None, wish: Wish, allowed: Bool | None) -> Ranked | None:
    """The best of the proposed items; None where they are too few, or another could belong among them.

    What was not proposed has a score of at most `floor`; None: everything was proposed.
    """
    catalogue = query.catalogue
    relatives = query.relatives if allowed is None else query.relatives[allowed[query.relatives]]
    rows = np.unique(np.concatenate([proposed, relatives])) if len(relatives) else np.sort(proposed)
    rows = rows[~np.isin(rows, query.known)]
    codes = catalogue.codes(rows)
    parts = query.parts(rows, codes) * query.weight
    scores = parts.sum(axis=1)
    order = np.argsort(-scores, kind="stable")  # ties go to the lower row
    order = order[~same_photo(catalogue, rows[order], codes[order].visual, query.features, query.shown).any(axis=1)]
    if not wish.variants:
        order = order[_first_of_each(catalogue.products[rows[order]])]
    wanted = _wanted(wish)
    if floor is not None and (len(order) < wanted or scores[order[wanted - 1]] < floor):
        return None
    order = order[:wanted]
    if wish.diversity > 0 and len(order):
        order = order[diversified(scores[order], codes[order].visual, wish.k, wish.diversity)]
    return Ranked(rows[order], parts[order])


def _first_of_each(products: Int64) -> Int64:
    """Positions of the first item of every product, ascending."""
    return np.sort(np.unique(products, return_index=True)[1])


def _wanted(wish: Wish) -> int:
    return wish.k * (_POOL if wish.diversity > 0 else 1)


def _nothing(queries: int) -> tuple[Float32, Int64]:
    return np.empty(queries, dtype=np.float32), np.empty((queries, 0), dtype=np.int64)
