"""Ranking gives what scoring the whole catalogue one item after the other gives."""

from dataclasses import replace

import numpy as np
import pytest

from support.items import WIDTH, drawn_catalogue, drawn_query
from visualtaste.recommend import ranking
from visualtaste.recommend.graph import GraphSearch, stretches
from visualtaste.recommend.query import Person, Query
from visualtaste.recommend.ranking import Wish, rank
from visualtaste.recommend.search import ExactSearch
from visualtaste.recommend.weights import PARTS, Blend, Weights


def by_walking(query, wish, allowed=None):
    """The same answer without search, in plain Python; no diversity."""
    catalogue = query.catalogue
    rows = np.arange(len(catalogue))
    scores = (query.parts(rows, catalogue.codes(rows)) * query.weight).sum(axis=1)
    chosen, products = [], set()
    for row in sorted(rows.tolist(), key=lambda row: (-scores[row], row)):
        if row in query.known or (allowed is not None and not allowed[row]):
            continue
        if not wish.variants and catalogue.products[row] in products:
            continue
        products.add(catalogue.products[row])
        chosen.append(row)
    return chosen[: wish.k]


@pytest.fixture
def small_searches(monkeypatch):
    """Few candidates at first, so that searches must be repeated."""
    monkeypatch.setattr(ranking, "_FEWEST", 2)


@pytest.mark.parametrize("titles", [None, 12, 1])
@pytest.mark.parametrize("known", [[], [3], [3, 40, 41, 77]])
@pytest.mark.parametrize("variants", [False, True])
def test_ranking_equals_walking_the_catalogue(small_searches, titles, known, variants):
    catalogue = drawn_catalogue(120, titles=titles)
    index = ExactSearch(catalogue.vectors)
    for k in (1, 7, 200):
        query = drawn_query(catalogue, known, photos=2)
        wish = Wish(k=k, variants=variants)
        ranked = rank(index, [query], wish)[0]
        assert ranked.rows.tolist() == by_walking(query, wish)
        assert np.all(np.diff(ranked.scores) <= 1e-5)


@pytest.mark.parametrize("part", ["variant", "neighbours"])
def test_relatives_of_known_items_join_what_the_search_proposes(small_searches, part):
    """They may be far down where the search ranks them, for it does not see what makes them good."""
    catalogue = drawn_catalogue(120, titles=3)
    index = ExactSearch(catalogue.vectors)
    known = int(np.flatnonzero(catalogue.neighbours.rows.lengths)[0])
    query = replace(drawn_query(catalogue, [known], photos=2), weights=Weights(**{part: 100.0}))
    for k in (1, 4):
        ranked = rank(index, [query], Wish(k=k, variants=True))[0]
        assert ranked.rows.tolist() == by_walking(query, Wish(k=k, variants=True))
        assert ranked.parts[0, PARTS.index(part)] > 1


def test_known_items_are_left_out_also_where_their_photos_are_not_shown():
    catalogue = drawn_catalogue(30)
    stranger = drawn_query(catalogue, [], photos=1)
    person = Person(stranger.features, np.full(WIDTH, 0.3, np.float32), np.array([4, 9]))
    ranked = rank(ExactSearch(catalogue.vectors), [Query.of(person, catalogue, Blend())], Wish(k=30))[0]
    assert sorted(ranked.rows.tolist()) == [row for row in range(30) if row not in (4, 9)]


def test_a_filter_holds_inside_the_search(small_searches):
    catalogue = drawn_catalogue(120, titles=30)
    index = ExactSearch(catalogue.vectors)
    for category in range(WIDTH):
        allowed = np.zeros(120, dtype=np.bool_)
        allowed[catalogue.items_in(category)] = True
        query = drawn_query(catalogue, [5, 6], photos=1)
        ranked = rank(index, [query], Wish(k=9), allowed)[0]
        assert ranked.rows.tolist() == by_walking(query, Wish(k=9), allowed)
        assert all(category in catalogue.categories[row] for row in ranked.rows)


def test_people_at_once_get_what_each_gets_alone(small_searches):
    catalogue = drawn_catalogue(90, titles=20)
    index = ExactSearch(catalogue.vectors)
    queries = [drawn_query(catalogue, list(range(n)), photos=1, seed=n) for n in range(8)]
    together = rank(index, queries, Wish(k=5))
    for query, ranked in zip(queries, together, strict=True):
        assert ranked.rows.tolist() == rank(index, [query], Wish(k=5))[0].rows.tolist()
    assert rank(index, [], Wish()) == []


def test_nothing_is_left_when_all_is_known_or_nothing_allowed():
    catalogue = drawn_catalogue(4)
    index = ExactSearch(catalogue.vectors)
    known = drawn_query(catalogue, [0, 1, 2, 3], photos=0)
    assert rank(index, [known], Wish())[0].rows.tolist() == []
    someone = drawn_query(catalogue, [], photos=1)
    assert rank(index, [someone], Wish(), np.zeros(4, dtype=np.bool_))[0].rows.tolist() == []


def test_an_item_with_the_very_photo_shown_is_left_out():
    catalogue = drawn_catalogue(30)
    photo = catalogue.features[7:8].astype(np.float32)
    person = Person(photo, np.full(WIDTH, 0.3, np.float32), np.empty(0, dtype=np.int64))
    ranked = rank(ExactSearch(catalogue.vectors), [Query.of(person, catalogue, Blend())], Wish(k=30))[0]
    assert sorted(ranked.rows.tolist()) == [row for row in range(30) if row != 7]
    alike = Person(photo * 1.05, person.probabilities, person.known)
    ranked = rank(ExactSearch(catalogue.vectors), [Query.of(alike, catalogue, Blend())], Wish(k=30))[0]
    assert 7 in ranked.rows


def test_diversity_begins_with_the_best_and_chooses_among_the_good():
    catalogue = drawn_catalogue(120)
    index = ExactSearch(catalogue.vectors)
    query = drawn_query(catalogue, [], photos=1)
    best = rank(index, [query], Wish(k=30))[0].rows.tolist()
    diverse = rank(index, [query], Wish(k=6, diversity=0.7))[0].rows.tolist()
    assert diverse[0] == best[0]
    assert set(diverse) <= set(best)
    assert diverse != best[:6]

    def alike(rows):
        codes = catalogue.codes(np.array(rows)).visual
        return (codes @ codes.T).sum()

    assert alike(diverse) < alike(best[:6])


def graph_of(catalogue):
    typical = np.stack([drawn_query(catalogue, [seed], photos=3, seed=seed).vector for seed in range(50)])
    return GraphSearch.build(catalogue.vectors, stretches(typical), catalogue.layout.spare)


def test_a_graph_finds_nearly_all_that_comparing_everything_finds():
    catalogue = drawn_catalogue(3000)
    exact, graph = ExactSearch(catalogue.vectors), graph_of(catalogue)
    shares = []
    for seed in range(10):
        query = drawn_query(catalogue, [seed], photos=3, seed=seed)
        a, b = (rank(index, [query], Wish())[0].rows for index in (exact, graph))
        shares.append(len(np.intersect1d(a, b)) / len(a))
    assert np.mean(shares) > 0.98


def test_a_filtered_graph_compares_everything_allowed():
    catalogue = drawn_catalogue(3000)
    graph = graph_of(catalogue)
    allowed = np.zeros(3000, dtype=np.bool_)
    allowed[[5, 1234, 2999]] = True
    query = drawn_query(catalogue, [], photos=1)
    ranked = rank(graph, [query], Wish(), allowed)[0]
    assert ranked.rows.tolist() == by_walking(query, Wish(), allowed)


def test_parts_add_up_to_the_score():
    catalogue = drawn_catalogue(50, titles=10)
    ranked = rank(ExactSearch(catalogue.vectors), [drawn_query(catalogue, [1, 2], 1)], Wish())[0]
    np.testing.assert_allclose(ranked.parts.sum(axis=1), ranked.scores, rtol=1e-6)
