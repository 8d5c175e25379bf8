"""Why these items: how much each thing shown, a photo or a known item without one, adds to an item's score.

    score = start + popularity + recent + the contributions of all things shown

The parts of the score are divided as they are made:

posterior    w Σ_c ln(p_c / b_c) over the item's categories. The photos' contributions to the logit l of p add up to its
             rise over l0, that of the average photo; each gets its share of the rise of ln p, the same for all photos
             (the rescale rule of DeepLIFT, Shrikumar, Greenside & Kundaje, ICML 2017). `start` is the part at l0.
visual       the mean over things shown: each one's own cosine, divided by their number
categories   the mean over known items: each one's own cosine, divided by their number
variant      in equal shares to the known items of the same product
neighbours   the sum over known items: each one's own strength

What a known item adds goes to the photos that show it, in equal shares, or to its id. `popularity` and `recent` are the
item's own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from visualtaste.inference.explain.attribution import Attribution, Method
from visualtaste.inference.explain.weighing import strongest
from visualtaste.recommend.query import SMALLEST, Query
from visualtaste.recommend.weights import KNOWN_PARTS, PARTS
from visualtaste.types import Float64, Int64

_FLAT = 1e-4  # logits that moved by less have a tangent, but rounding leaves no slope

DIVIDED = ("posterior", "visual", *KNOWN_PARTS)
"""The parts of a score that come from what is shown."""


@dataclass(frozen=True)
class ItemExplanation:
    """Why one item has its score: `start`, the parts `popularity` and `recent`, and all contributions add up to it.

    `contributions` has one number a thing shown, in the order of `Recommendations.shown`, and so has each of `parts`,
    which add up to it. `method` is how the interests' part was found, and `uncertainty` the most that the standard
    error of a contribution can be, 0 where they are exact; all else is exact.
    """

    method: Method
    start: float
    contributions: tuple[float, ...]
    parts: dict[str, tuple[float, ...]]
    uncertainty: float

    @property
    def because(self) -> tuple[int, ...]:
        """Positions (from 0) in `shown` of what adds at least half as much as what adds most, largest first.

        Where nothing raises the score, nothing is named: such an item sells, whoever asks.
        """
        return strongest(self.contributions)


def explain_items(query: Query, attribution: Attribution, shows: Int64, items: Int64) -> tuple[ItemExplanation, ...]:
    """An explanation of each of the items, given by their rows (i,).

    `attribution` is that of the n things shown which the query was made of; `shows` (n,) says which item of the index
    each of them is, -1 where none.
    """
    start, posterior, uncertainty = _posterior(query, attribution, items)
    shares = {"posterior": posterior, "visual": _visual(query, items), **_known(query, shows, items)}
    weights = dict(zip(PARTS, query.weight.tolist(), strict=True))
    parts = {name: weights[name] * shares[name] for name in DIVIDED}  # (i, n) each
    total = sum(parts.values(), np.zeros(()))
    return tuple(
        ItemExplanation(
            method=attribution.method,
            start=weights["posterior"] * float(start[item]),
            contributions=tuple(total[item].tolist()),
            parts={name: tuple(part[item].tolist()) for name, part in parts.items()},
            uncertainty=weights["posterior"] * float(uncertainty[item]),
        )
        for item in range(len(items))
    )


def _posterior(query: Query, attribution: Attribution, items: Int64) -> tuple[Float64, Float64, Float64]:
    """Before anything was shown (i,), each thing's share (i, n), and how uncertain the shares are at most (i,)."""
    before = np.maximum(-np.logaddexp(0, -attribution.base), np.log(SMALLEST))  # ln p, as the score takes it (D,)
    usual = np.log(np.maximum(query.catalogue.base, SMALLEST)).astype(np.float64)
    slope = _slope(query.lift + usual - before, attribution)  # (D,)
    start, shares, uncertainty = [], [], []
    for row in items:
        labels = query.catalogue.categories[row]
        start.append((before - usual)[labels].sum())
        shares.append(attribution.contributions[:, labels] @ slope[labels])
        uncertainty.append((attribution.uncertainty[:, labels] @ slope[labels]).max())
    return np.array(start), np.array(shares).reshape(len(items), -1), np.array(uncertainty)


def _slope(rise: Float64, attribution: Attribution) -> Float64:
    """By how much ln p, which rises by `rise` (D,), rises for each unit of the logit (D,)."""
    along = attribution.contributions.sum(axis=0)
    flat = np.abs(along) < _FLAT
    tangent = np.exp(-np.logaddexp(0, attribution.logits))
    slope: Float64 = np.where(flat, tangent, rise / np.where(flat, 1, along))
    return slope


def _visual(query: Query, items: Int64) -> Float64:
    """Each thing's share of the mean likeness (i, n)."""
    likeness = query.catalogue.codes(items).visual @ query.shown.T
    shares: Float64 = likeness.astype(np.float64) / len(query.shown)
    return shares


def _known(query: Query, shows: Int64, items: Int64) -> dict[str, Float64]:
    """Each thing's share (i, n) of the parts that only known items have: first each known item's (i, m)."""
    catalogue, known = query.catalogue, query.known
    likeness = catalogue.codes(items).categories @ catalogue.codes(known).categories.T
    same = catalogue.products[items][:, None] == catalogue.products[known]
    strengths = [_strengths(query, row, items) for row in known]
    owners = shows[:, None] == known  # (n, m)
    owners = owners / np.maximum(1, owners.sum(axis=0))
    by_known = {
        "categories": likeness / max(1, len(known)),
        "variant": same / np.maximum(1, same.sum(axis=1, keepdims=True)),
        "neighbours": np.array(strengths).reshape(len(known), len(items)).T,
    }
    return {name: part @ owners.T for name, part in by_known.items()}


def _strengths(query: Query, known: int, items: Int64) -> Float64:
    """How strongly each item (i,) is a neighbour of one known item."""
    near, strengths = query.catalogue.neighbours.near(np.array([known]))
    found: Float64 = (items[:, None] == near) @ strengths.astype(np.float64)
    return found
