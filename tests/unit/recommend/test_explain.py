"""How much each thing shown adds to an item's score, on a catalogue of four items, by hand."""

import numpy as np
import pytest

from visualtaste.inference.explain.attribution import Attribution, Method
from visualtaste.recommend.explain import explain_items
from visualtaste.recommend.make import make_catalogue
from visualtaste.recommend.purchases import Purchases
from visualtaste.recommend.query import Person, Query
from visualtaste.recommend.weights import Blend, Weights
from visualtaste.types import Ragged

# mean zero, equal variances: the visual space only divides by the length
FEATURES = np.array([[2, 0], [0, 2], [-2, 0], [0, -2]], dtype=np.float16)
KNOWN = Weights(posterior=1, visual=2, categories=3, variant=4, neighbours=5, popularity=6, recent=7)
BLEND = Blend(photos=KNOWN, known=KNOWN)
LN_3 = np.log(3)


@pytest.fixture
def catalogue():
    return make_catalogue(
        ids=["a", "b", "c", "d"],
        titles=["tee", "hat", "tee", "cap"],
        categories=Ragged.from_rows([[0], [1], [0, 1], []]),
        features=FEATURES,
        # a and b are bought by two, c by one
        purchases=Purchases(Ragged.from_rows([[0, 1], [0, 2], [1]]), np.zeros(5)),
        predictions=np.array([[0.25, 0.5]], dtype=np.float32),
    )


def explained(catalogue, shown, shows, contributions=None, item=1, base=(0.0, 0.0), uncertainty=0.0):
    """The explanation of one item for logits that start at `base` and move by `contributions` (n, 2)."""
    contributions = np.zeros((len(shown), 2)) if contributions is None else np.array(contributions, dtype=np.float64)
    logits = np.array(base) + contributions.sum(axis=0)
    attribution = Attribution(
        Method.SHAPLEY, np.array(base), contributions, logits, np.full_like(contributions, uncertainty)
    )
    shows = np.array(shows, dtype=np.int64)
    probabilities = (0.5 * (1 + np.tanh(logits / 2))).astype(np.float32)
    query = Query.of(Person(np.array(shown, np.float32), probabilities, shows[shows >= 0]), catalogue, BLEND)
    return explain_items(query, attribution, shows, np.array([item]))[0]


def test_likeness_is_divided_as_the_mean_is_made(catalogue):
    why = explained(catalogue, [[2, 0], [0, 5]], [-1, -1], item=0)
    assert why.parts["visual"] == pytest.approx([2 * 1 / 2, 0], abs=1e-3)
    assert why.parts["variant"] == why.parts["neighbours"] == why.parts["categories"] == (0, 0)


def test_interests_are_divided_along_the_rise_of_the_logit(catalogue):
    # the logit of the first category rises from 0 to ln 3 by 2 ln 3 and -ln 3, its probability from 1/2 to 3/4
    why = explained(catalogue, [[1, 1], [1, 1]], [-1, -1], [[2 * LN_3, 0], [-LN_3, 0]], item=0)
    rise = np.log(1.5)
    assert why.parts["posterior"] == pytest.approx([2 * rise, -rise], abs=1e-5)
    assert why.start == pytest.approx(np.log(0.5 / 0.25), abs=1e-5)
    assert why.method == "Shapley values"


def test_an_item_of_two_categories_gets_both(catalogue):
    why = explained(catalogue, [[1, 1]], [-1], [[LN_3, -LN_3]], item=2)
    assert why.parts["posterior"] == pytest.approx([np.log(1.5) + np.log(0.5)], abs=1e-5)
    assert why.start == pytest.approx(np.log(0.5 / 0.25) + np.log(0.5 / 0.5), abs=1e-5)


def test_where_all_moves_cancel_the_tangent_divides(catalogue):
    why = explained(catalogue, [[1, 1], [1, 1]], [-1, -1], [[1, 0], [-1, 0]], item=0)
    assert why.parts["posterior"] == pytest.approx([0.5, -0.5], abs=1e-5)  # d ln p / d logit = 1 - p


def test_what_known_items_add_goes_to_what_shows_them(catalogue):
    # b is asked for; a is known by the photos 1 and 3, photo 2 is of something else, c is known
    why = explained(catalogue, [FEATURES[0], [1, 1], FEATURES[0], FEATURES[2]], [0, -1, 0, 2], item=1)
    together = 5 * 1 / (2 + 3)  # one of two buyers each bought both
    assert why.parts["neighbours"] == pytest.approx([together / 2, 0, together / 2, 0])
    assert why.parts["categories"][0] == why.parts["categories"][2]
    assert why.parts["categories"][1] == 0
    assert why.parts["variant"] == (0, 0, 0, 0)


def test_variants_are_because_of_the_known_items_of_the_product(catalogue):
    catalogue.products[:] = [0, 0, 0, 3]
    why = explained(catalogue, [FEATURES[0], FEATURES[2], FEATURES[3]], [0, 2, 3], item=1)
    assert why.parts["variant"] == (2, 2, 0)


def test_an_item_without_categories_has_no_part_of_the_interests(catalogue):
    why = explained(catalogue, [[1, 1]], [-1], [[1, 1]], item=3, uncertainty=0.1)
    assert (why.start, why.parts["posterior"], why.uncertainty) == (0, (0,), 0)


def test_because_of_names_what_adds_most(catalogue):
    why = explained(catalogue, [[2, 0], [0, 2], [3, 1], [-2, 0]], [-1] * 4, item=0)
    assert why.because == (0, 2)
    assert explained(catalogue, [[-2, 0]], [-1], item=0).because == ()


def test_uncertainty_is_that_of_the_interests(catalogue):
    # p stays at 1/2, where a unit of the logit is half a unit of ln p; two categories may be wrong together
    assert explained(catalogue, [[1, 1]], [-1], item=0, uncertainty=0.1).uncertainty == pytest.approx(0.05)
    assert explained(catalogue, [[1, 1]], [-1], item=2, uncertainty=0.1).uncertainty == pytest.approx(0.1)


def test_an_impossible_category_is_finite(catalogue):
    why = explained(catalogue, [[1, 1]], [-1], [[-900, 0]], item=0)
    assert why.parts["posterior"] == pytest.approx([np.log(1e-6 / 0.5)], abs=1e-4)
