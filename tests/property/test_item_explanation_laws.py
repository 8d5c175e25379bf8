"""Laws of explaining recommendations, for any catalogue, person and attribution of the interests."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from support.items import WIDTH, drawn_catalogue
from visualtaste.inference.explain.attribution import Attribution, Method
from visualtaste.recommend.catalogue import ItemCatalogue
from visualtaste.recommend.explain import ItemExplanation, explain_items
from visualtaste.recommend.query import Person, Query
from visualtaste.recommend.weights import PARTS, Blend, Weights
from visualtaste.types import Float32, Float64, Int64

counts = st.integers(1, 40)
seeds = st.integers(0, 2**16)
slow_start = settings(deadline=None, max_examples=60)

EVERY_PART = Weights(posterior=0.7, visual=4, categories=3, variant=1.5, neighbours=2, popularity=0.5, recent=0.4)
BLEND = Blend(photos=EVERY_PART, known=EVERY_PART)

Shown = tuple[ItemCatalogue, Float32, Int64, Float64]
"""A catalogue, features of what is shown (n, K), the items that it shows (n,), and contributions (n, D)."""


def drawn(count: int, seed: int) -> Shown:
    """One to six things, some of them items of the catalogue, some of these twice."""
    random = np.random.default_rng(seed)
    catalogue = drawn_catalogue(count, seed, titles=5)
    shows = random.integers(-1, min(count, 4), random.integers(1, 7))
    features = random.normal(size=(len(shows), catalogue.features.shape[1])).astype(np.float32)
    features[shows >= 0] = catalogue.features[shows[shows >= 0]]
    contributions = random.normal(size=(len(shows), WIDTH)) * random.choice([0.0, 1e-5, 1.0, 8.0], WIDTH)
    first = np.array([np.flatnonzero((features == row).all(axis=1))[0] for row in features])
    return catalogue, features, shows, contributions[first]  # equal photos contribute equally


def asked(shown: Shown) -> tuple[Query, tuple[ItemExplanation, ...]]:
    catalogue, features, shows, contributions = shown
    base = np.linspace(-6, 2, WIDTH)
    logits = base + contributions.sum(axis=0)
    attribution = Attribution(Method.PATH, base, contributions, logits, np.zeros_like(contributions))
    probabilities = (0.5 * (1 + np.tanh(logits / 2))).astype(np.float32)
    query = Query.of(Person(features, probabilities, shows[shows >= 0]), catalogue, BLEND)
    return query, explain_items(query, attribution, shows, np.arange(len(catalogue)))


def contributions_of(found: tuple[ItemExplanation, ...]) -> Float64:
    return np.array([why.contributions for why in found])  # (i, n)


@slow_start
@given(counts, seeds)
def test_contributions_and_start_add_up_to_the_score(count: int, seed: int) -> None:
    query, found = asked(drawn(count, seed))
    items = np.arange(count)
    parts = query.parts(items, query.catalogue.codes(items)) * query.weight  # (i, parts)
    for why, weighted in zip(found, parts, strict=True):
        score = dict(zip(PARTS, weighted.tolist(), strict=True))
        total = why.start + score["popularity"] + score["recent"] + sum(why.contributions)
        np.testing.assert_allclose(total, weighted.sum(), atol=2e-3)
        np.testing.assert_allclose(sum(why.parts["posterior"]) + why.start, score["posterior"], atol=2e-3)
        for name in ("visual", "categories", "variant", "neighbours"):
            np.testing.assert_allclose(sum(why.parts[name]), score[name], atol=1e-4)
        np.testing.assert_allclose(np.sum(list(why.parts.values()), axis=0), why.contributions, atol=1e-9)


@slow_start
@given(counts, seeds)
def test_what_is_shown_twice_gets_the_same_each_time(count: int, seed: int) -> None:
    catalogue, features, shows, contributions = drawn(count, seed)
    twice = (np.concatenate([part, part[:1]]) for part in (features, shows, contributions))
    found = contributions_of(asked((catalogue, *twice))[1])
    np.testing.assert_allclose(found[:, 0], found[:, -1], atol=1e-6)


@slow_start
@given(counts, seeds)
def test_the_order_of_what_is_shown_does_not_matter(count: int, seed: int) -> None:
    catalogue, features, shows, contributions = drawn(count, seed)
    order = np.random.default_rng(seed).permutation(len(shows))
    found = contributions_of(asked((catalogue, features, shows, contributions))[1])
    other = contributions_of(asked((catalogue, features[order], shows[order], contributions[order]))[1])
    np.testing.assert_allclose(found[:, order], other, atol=1e-4)
