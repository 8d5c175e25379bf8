"""Sums in whole numbers: hand-computed, and exact where floating point would not be."""

from __future__ import annotations

import numpy as np
import pytest

from visualtaste.errors import ProfileError
from visualtaste.inference.profile import sums as module
from visualtaste.inference.profile.photo import EQUAL, Weight
from visualtaste.inference.profile.sums import RunningSums

X = np.array([[1.0, -0.5], [0.25, 2.0], [65504.0, 2**-24]], dtype=np.float16)
UNIT = 2**24


def test_sums_of_equal_photos_are_their_sums_and_their_number() -> None:
    sums = RunningSums(2)
    sums.add(X[0], EQUAL)
    sums.add(X[1], EQUAL)
    assert sums.buckets.keys() == {0}
    assert sums.buckets[0].tolist() == [1.25 * UNIT, 1.5 * UNIT, 2 * UNIT]
    assert sums.pooled().tolist() == [0.625, 0.75]
    assert sums.nbytes == 4 + 3 * 8


def test_the_largest_and_the_smallest_feature_are_exact() -> None:
    sums = RunningSums(2)
    sums.add(X[2], EQUAL)
    assert sums.buckets[0].tolist() == [65504 * UNIT, 1, UNIT]


def test_weights_count_across_buckets() -> None:
    """Weights 1, 3 and 2 * 256: pooled = (x0 + 3 x1 + 512 x0) / 516."""
    sums = RunningSums(2)
    weights = [Weight(0, UNIT), Weight(0, 3 * UNIT), Weight(1, 2 * UNIT)]
    for x, weight in zip((X[0], X[1], X[0]), weights, strict=True):
        sums.add(x, weight)
    np.testing.assert_allclose(sums.pooled(), (513 * X[0] + 3 * X[1].astype(np.float64)) / 516, rtol=1e-12)
    np.testing.assert_allclose(sums.shares(weights), np.array([1, 3, 512]) / 516, rtol=1e-12)


def test_weights_beyond_what_exp_can_hold_are_no_trouble() -> None:
    sums = RunningSums(2)
    far = [Weight(-(2**31), UNIT), Weight(2**31 - 1, UNIT), Weight(2**31 - 2, UNIT)]
    for x, weight in zip(X, far, strict=True):
        sums.add(x, weight)
    assert np.isfinite(sums.pooled()).all()
    np.testing.assert_allclose(sums.shares(far), [0, 256 / 257, 1 / 257])


def test_what_is_removed_leaves_nothing() -> None:
    """In floating point, 1e-3 would be lost beside 65504 and not come back."""
    sums, alone = RunningSums(2), RunningSums(2)
    small, heavy = np.array([1e-3, 0], dtype=np.float16), Weight(0, 2**32 - 1)
    alone.add(small, EQUAL)
    sums.add(X[2], heavy)
    sums.add(small, EQUAL)
    sums.remove(X[2], heavy)
    assert {bucket: row.tolist() for bucket, row in sums.buckets.items()} == {0: alone.buckets[0].tolist()}
    sums.remove(small, EQUAL)
    assert sums.buckets == {}
    assert sums.nbytes == 0


def test_a_copy_and_a_merge_leave_the_others_alone() -> None:
    left, right = RunningSums(2), RunningSums(2)
    left.add(X[0], EQUAL)
    right.add(X[1], EQUAL)
    right.add(X[1], Weight(3, UNIT))
    both = left.copy()
    both.merge(right)
    assert both.buckets[0].tolist() == [1.25 * UNIT, 1.5 * UNIT, 2 * UNIT]
    assert both.buckets[3].tolist() == [0.25 * UNIT, 2 * UNIT, UNIT]
    both.remove(X[1], Weight(3, UNIT))
    assert left.buckets[0].tolist() == [UNIT, -0.5 * UNIT, UNIT]
    assert right.buckets.keys() == {0, 3}


def test_a_full_profile_says_so_instead_of_wrapping_around(monkeypatch: pytest.MonkeyPatch) -> None:
    sums = RunningSums(2)
    sums.add(X[2], EQUAL)
    monkeypatch.setattr(module, "_FULL", 2 * 65504 * UNIT)
    for change in (lambda: sums.add(X[2], EQUAL), lambda: sums.merge(sums.copy())):
        with pytest.raises(ProfileError, match="the profile is full"):
            change()
    assert sums.buckets[0].tolist() == [65504 * UNIT, 1, UNIT]
