"""What a score is made of, on a catalogue of four items whose parts can be computed by hand."""

import numpy as np
import pytest

from visualtaste.recommend.catalogue import Layout
from visualtaste.recommend.make import make_catalogue
from visualtaste.recommend.purchases import Purchases
from visualtaste.recommend.query import Person, Query
from visualtaste.recommend.weights import PARTS, Blend, Weights
from visualtaste.types import Ragged

# mean zero, equal variances: the visual space only divides by the length
FEATURES = np.array([[2, 0], [0, 2], [-2, 0], [0, -2]], dtype=np.float16)
BLEND = Blend(
    photos=Weights(posterior=1, visual=2, popularity=3, recent=4),
    known=Weights(posterior=1, visual=2, categories=3, variant=4, neighbours=5, popularity=6, recent=7),
)
ALL = np.arange(4)
NOTHING = np.empty(0, dtype=np.int64)


@pytest.fixture
def catalogue(monkeypatch):
    monkeypatch.setattr("visualtaste.recommend.popularity.FEWEST", 1)
    return make_catalogue(
        ids=["a", "b", "c", "d"],
        titles=["tee", "hat", "cap", "tee"],
        categories=Ragged.from_rows([[0], [1], [0, 1], []]),
        features=FEATURES,
        # a and b are bought by two, c by one
        purchases=Purchases(Ragged.from_rows([[0, 1], [0, 2], [1]]), np.zeros(5)),
        predictions=np.array([[0.1, 0.4], [0.3, 0.4]], dtype=np.float32),
    )


def parts_of(query, name):
    return query.parts(ALL, query.catalogue.codes(ALL))[:, PARTS.index(name)].tolist()


def ask(catalogue, features, known=NOTHING, probabilities=(0.4, 0.2)):
    person = Person(
        np.array(features, np.float32), np.array(probabilities, np.float32), np.array(known, dtype=np.int64)
    )
    return Query.of(person, catalogue, BLEND)


def test_parts_of_photos_alone(catalogue):
    query = ask(catalogue, [[2, 0], [0, 5]])
    # base rates 0.2 and 0.4: the person wants the first category twice as much, the second half as much
    assert parts_of(query, "posterior") == pytest.approx([np.log(2), -np.log(2), 0, 0], abs=1e-5)
    assert parts_of(query, "visual") == pytest.approx([0.5, 0.5, -0.5, -0.5], abs=1e-3)
    for name in ("categories", "variant", "neighbours"):
        assert parts_of(query, name) == [0, 0, 0, 0]
    assert parts_of(query, "popularity") == parts_of(query, "recent") == pytest.approx(np.log([2, 2, 1, 1]), abs=1e-3)
    assert query.weights == BLEND.photos


def test_parts_of_known_items(catalogue):
    query = ask(catalogue, [[2, 0]], known=[0])
    assert query.weights == BLEND.known
    # "tee" is the title of a and d, but their photos are at a right angle: two products
    assert parts_of(query, "variant") == [1, 0, 0, 0]
    assert parts_of(query, "neighbours") == pytest.approx([0, 1 / (2 + 3), 1 / (2**0.5 + 3), 0])
    likeness = parts_of(query, "categories")
    assert likeness[0] == pytest.approx(1, abs=2e-3)
    assert likeness[0] > likeness[2] > likeness[1]
    assert query.relatives.tolist() == [0, 1, 2]


def test_an_item_given_twice_is_known_once(catalogue):
    once, twice = ask(catalogue, [[2, 0]], known=[0]), ask(catalogue, [[2, 0]], known=[0, 0])
    np.testing.assert_array_equal(once.parts(ALL, catalogue.codes(ALL)), twice.parts(ALL, catalogue.codes(ALL)))


@pytest.mark.parametrize("known", [[], [0], [1, 2]])
def test_the_vector_gives_the_score_without_what_relatives_have_more(catalogue, known):
    query = ask(catalogue, [[2, 0], [1, 1]], known)
    parts = query.parts(ALL, catalogue.codes(ALL)) * query.weight
    more = parts[:, [PARTS.index("variant"), PARTS.index("neighbours")]].sum(axis=1)
    inner = catalogue.vectors.astype(np.float32) @ query.vector
    np.testing.assert_allclose(inner, parts.sum(axis=1) - more, atol=5e-3)
    assert set(np.flatnonzero(more)) <= set(query.relatives.tolist())


def test_a_probability_of_nothing_is_finite(catalogue):
    query = ask(catalogue, [[2, 0]], probabilities=(0.0, 0.2))
    assert np.isfinite(query.parts(ALL, catalogue.codes(ALL))).all()


def test_vectors_are_padded_to_sixteen():
    layout = Layout.of(feature_size=1024, categories=1000)
    assert (layout.visual, layout.categories) == (slice(0, 128), slice(128, 256))
    assert (layout.posterior, layout.sales, layout.width) == (slice(256, 288), slice(288, 290), 304)
    assert layout.spare == 290
    assert Layout.of(feature_size=4, categories=5).width == 32


def test_items_are_found_by_id_category_and_product(catalogue):
    assert catalogue.rows_of(["d", "a"]).tolist() == [3, 0]
    assert catalogue.items_in(1).tolist() == [1, 2]
    assert catalogue.variants(np.array([1, 3])).tolist() == [1, 3]
