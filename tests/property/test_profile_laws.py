"""Laws of a profile's sums, for any float16 features and any weights."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from visualtaste.inference.profile.photo import Weight
from visualtaste.inference.profile.sums import RunningSums

entries = st.floats(width=16, allow_nan=False, allow_infinity=False)
photos = st.tuples(
    st.lists(entries, min_size=2, max_size=2).map(lambda x: np.array(x, dtype=np.float16)),
    st.builds(Weight, st.integers(-5, 5), st.integers(2**24, 2**32 - 1)),
)
sets = st.lists(photos, min_size=1, max_size=8)


def of(photos: list[tuple[np.ndarray, Weight]]) -> RunningSums:
    sums = RunningSums(2)
    for features, weight in photos:
        sums.add(features, weight)
    return sums


def content(sums: RunningSums) -> dict[int, list[int]]:
    return {bucket: row.tolist() for bucket, row in sums.buckets.items()}


@given(sets, st.randoms(use_true_random=False))
def test_order_does_not_matter(photos: list[tuple[np.ndarray, Weight]], random: object) -> None:
    shuffled = list(photos)
    random.shuffle(shuffled)
    assert content(of(shuffled)) == content(of(photos))


@given(sets, sets)
def test_what_is_taken_out_leaves_no_trace(
    stay: list[tuple[np.ndarray, Weight]], go: list[tuple[np.ndarray, Weight]]
) -> None:
    sums = of([*stay, *go])
    for features, weight in go:
        sums.remove(features, weight)
    assert content(sums) == content(of(stay))


@given(sets, sets, sets)
def test_merging_is_associative_and_commutative(
    a: list[tuple[np.ndarray, Weight]], b: list[tuple[np.ndarray, Weight]], c: list[tuple[np.ndarray, Weight]]
) -> None:
    left = of(a)
    left.merge(of(b))
    left.merge(of(c))
    right, last = of(c), of(b)
    last.merge(of(a))
    right.merge(last)
    assert content(left) == content(right) == content(of([*a, *b, *c]))


@given(sets)
def test_pooled_is_the_weighted_mean(photos: list[tuple[np.ndarray, Weight]]) -> None:
    sums = of(photos)
    weights = np.array([np.ldexp(float(w.mantissa), 8 * w.bucket) for _, w in photos])
    shares = weights / weights.sum()
    x = np.array([features for features, _ in photos], dtype=np.float64)
    np.testing.assert_allclose(sums.shares([weight for _, weight in photos]), shares, rtol=1e-12)
    np.testing.assert_allclose(sums.pooled(), shares @ x, rtol=1e-7, atol=1e-6)


@given(sets)
def test_pooled_of_equal_sums_are_equal_bits(photos: list[tuple[np.ndarray, Weight]]) -> None:
    """Also where buckets were filled in another order."""
    np.testing.assert_array_equal(of(photos).pooled(), of(photos[::-1]).pooled())
