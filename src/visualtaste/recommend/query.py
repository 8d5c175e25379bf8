"""One person's wishes as numbers that the catalogue can be compared with, and what each item's score is made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from visualtaste.recommend.catalogue import Codes, ItemCatalogue
from visualtaste.recommend.weights import PARTS, Blend, Weights
from visualtaste.types import Float32, Float64, Int64

SMALLEST = 1e-6  # a probability: its logarithm must stay finite


@dataclass(frozen=True, eq=False)
class Person:
    """What a person shows: features of photos, the interests read from them, and the items known by id."""

    features: Float32  # (n, K), n > 0
    probabilities: Float32  # (D,), the posterior of every category
    known: Int64  # (m,) rows of the catalogue: those of the n that are items of the index


@dataclass(frozen=True, eq=False)
class Query:
    """A person's side of every part of the score."""

    catalogue: ItemCatalogue
    weights: Weights
    lift: Float32  # (D,) ln(posterior / base rate)
    features: Float32  # (n, K) of the photos shown
    shown: Float32  # (n, r) the same, unit rows in the visual space
    known: Int64  # (m,)

    @classmethod
    def of(cls, person: Person, catalogue: ItemCatalogue, blend: Blend) -> Query:
        """What to ask the catalogue; persons with known items are asked with `blend.known`."""
        return cls(
            catalogue,
            blend.known if len(person.known) else blend.photos,
            lift=lifts(person.probabilities, catalogue.base),
            features=person.features,
            shown=catalogue.space(person.features),
            known=np.unique(person.known),
        )

    def parts(self, rows: Int64, codes: Codes) -> Float32:
        """The parts of the score of the given items, not weighted yet (n, parts), in the order of PARTS.

        `codes` are those of the same rows.

        posterior    sum over the item's categories of ln(posterior / base rate)
        visual       mean cosine to the photos shown, in the visual space
        categories   mean cosine to the known items' categories, in their space
        variant      1 where the item is of the same product as a known one
        neighbours   sum of the strengths with which it is a neighbour of known ones
        popularity   ln(purchases by training users / 5), 0 below 5
        recent       the same of purchases of late
        """
        labels = self.catalogue.categories.take(rows)
        columns = {
            "posterior": np.bincount(labels.segments, self.lift[labels.values], minlength=len(rows)),
            "visual": codes.visual @ self.visual,
            "categories": codes.categories @ self.categories,
            "variant": np.isin(rows, self._variants),
            "neighbours": self._strengths(rows),
            "popularity": codes.sales[:, 0],
            "recent": codes.sales[:, 1],
        }
        return np.stack([columns[name] for name in PARTS], axis=1).astype(np.float32)

    @cached_property
    def weight(self) -> Float32:
        """The weights in the order of PARTS (parts,)."""
        return np.array([getattr(self.weights, name) for name in PARTS], dtype=np.float32)

    @cached_property
    def visual(self) -> Float32:
        """The mean of the photos shown, in the visual space."""
        mean: Float32 = self.shown.mean(axis=0)
        return mean

    @cached_property
    def categories(self) -> Float32:
        """The mean of the known items in the categories' space; zero when none is known."""
        rows = self.catalogue.codes(self.known).categories
        total: Float32 = rows.sum(axis=0) / max(1, len(rows))
        return total

    @cached_property
    def vector(self) -> Float32:
        """The query (d,) whose inner product with an item's vector is its score without what `relatives` have more."""
        layout = self.catalogue.layout
        vector = np.zeros(layout.width, dtype=np.float32)
        vector[layout.visual] = self.weights.visual * self.visual
        vector[layout.categories] = self.weights.categories * self.categories
        vector[layout.posterior] = self.weights.posterior * (self.lift @ self.catalogue.posterior_projection)
        vector[layout.sales] = (self.weights.popularity, self.weights.recent)
        return vector

    @cached_property
    def relatives(self) -> Int64:
        """The only items whose score has a part that `vector` does not: variants and neighbours of known items."""
        found = [np.empty(0, dtype=np.int64)]
        if self.weights.variant > 0:
            found.append(self._variants)
        if self.weights.neighbours > 0:
            found.append(self._near[0])
        return np.unique(np.concatenate(found))

    @cached_property
    def _variants(self) -> Int64:
        return self.catalogue.variants(self.known)

    @cached_property
    def _near(self) -> tuple[Int64, Float64]:
        """Neighbours of the known items, ascending, and the sums of their strengths."""
        rows, strengths = self.catalogue.neighbours.near(self.known)
        unique, place = np.unique(rows, return_inverse=True)
        return unique, np.bincount(place, strengths, minlength=len(unique)).astype(np.float64)

    def _strengths(self, rows: Int64) -> Float64:
        near, sums = self._near
        if len(near) == 0:
            return np.zeros(len(rows))
        place = np.minimum(np.searchsorted(near, rows), len(near) - 1)
        return np.where(near[place] == rows, sums[place], 0.0)


def lifts(probabilities: Float32, base: Float32) -> Float32:
    """ln(posterior / base rate) of each category; both (..., D)."""
    result: Float32 = np.log(np.maximum(probabilities, SMALLEST)) - np.log(np.maximum(base, SMALLEST))
    return result
