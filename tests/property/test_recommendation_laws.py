"""Laws of recommending, for any catalogue and person."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from support.items import WIDTH, drawn_catalogue, drawn_query
from visualtaste.recommend.query import Person, Query
from visualtaste.recommend.ranking import Wish, rank
from visualtaste.recommend.search import ExactSearch
from visualtaste.recommend.weights import Blend

items = st.integers(1, 60)
titles = st.sampled_from([None, 1, 3, 20])
seeds = st.integers(0, 2**16)
slow_start = settings(deadline=None, max_examples=60)


def world(count: int, titles: int | None, seed: int, known_share: float) -> tuple[ExactSearch, Query]:
    catalogue = drawn_catalogue(count, seed, titles)
    known = np.flatnonzero(np.random.default_rng(seed).random(count) < known_share).tolist()
    return ExactSearch(catalogue.vectors), drawn_query(catalogue, known, photos=2, seed=seed)


@slow_start
@given(items, titles, seeds, st.sampled_from([0.0, 0.2, 0.9]), st.integers(1, 70))
def test_what_comes_out_is_new_distinct_and_one_a_product(
    count: int, titles: int | None, seed: int, known_share: float, k: int
) -> None:
    index, query = world(count, titles, seed, known_share)
    for diversity in (0.0, 0.5):
        rows = rank(index, [query], Wish(k=k, diversity=diversity))[0].rows
        assert len(rows) <= k
        assert len(np.unique(rows)) == len(rows)
        assert not np.isin(rows, query.known).any()
        products = query.catalogue.products[rows]
        assert len(np.unique(products)) == len(products)


@slow_start
@given(items, titles, seeds, st.integers(1, 30), st.integers(0, 30))
def test_fewer_are_the_beginning_of_more(count: int, titles: int | None, seed: int, k: int, more: int) -> None:
    index, query = world(count, titles, seed, 0.2)
    few = rank(index, [query], Wish(k=k))[0].rows
    many = rank(index, [query], Wish(k=k + more))[0].rows
    np.testing.assert_array_equal(few, many[:k])


@slow_start
@given(items, titles, seeds, st.integers(0, WIDTH - 1))
def test_a_category_is_respected(count: int, titles: int | None, seed: int, category: int) -> None:
    index, query = world(count, titles, seed, 0.2)
    allowed = np.zeros(count, dtype=np.bool_)
    allowed[query.catalogue.items_in(category)] = True
    rows = rank(index, [query], Wish(), allowed)[0].rows
    assert all(category in query.catalogue.categories[row] for row in rows)


@slow_start
@given(items, seeds)
def test_the_order_of_photos_and_known_items_does_not_matter(count: int, seed: int) -> None:
    index, query = world(count, None, seed, 0.3)
    random = np.random.default_rng(seed)
    probabilities = random.uniform(0.1, 0.9, WIDTH).astype(np.float32)
    scores = []
    for features, known in (
        (query.features, query.known),
        (random.permutation(query.features), random.permutation(query.known)),
    ):
        asked = Query.of(Person(features, probabilities, known), query.catalogue, Blend())
        scores.append(rank(index, [asked], Wish())[0].scores)
    np.testing.assert_allclose(*scores, atol=1e-4)


@slow_start
@given(items, titles, seeds, st.sampled_from([0.0, 0.3]))
def test_asking_again_gives_the_same(count: int, titles: int | None, seed: int, known_share: float) -> None:
    index, query = world(count, titles, seed, known_share)
    first, second = (rank(index, [query], Wish())[0] for _ in range(2))
    np.testing.assert_array_equal(first.rows, second.rows)
    np.testing.assert_array_equal(first.parts, second.parts)
