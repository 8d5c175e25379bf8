"""The space in which likeness is a cosine."""

import numpy as np
import pytest

from visualtaste.recommend import space as module
from visualtaste.recommend.space import Space

# mean (1, 1); variances 8 and 2 along the axes, 5 on average
ROWS = np.array([[5.0, 1.0], [-3.0, 1.0], [1.0, 3.0], [1.0, -1.0]])


def test_directions_are_evened_out_by_hand():
    space = Space.fit(ROWS)
    np.testing.assert_allclose(space.mean, [1, 1])
    # (2, 2) from the mean is (2 / sqrt(8 + 5), 2 / sqrt(2 + 5)) in the space, up to signs
    expected = np.array([2 / 13**0.5, 2 / 7**0.5])
    np.testing.assert_allclose(np.abs(space(np.array([[3.0, 3.0]]))[0]), expected / np.linalg.norm(expected), rtol=1e-6)


def test_rows_become_unit_rows_and_the_mean_becomes_zero():
    random = np.random.default_rng(0)
    rows = random.normal(size=(300, 5)).astype(np.float16)
    lengths = np.linalg.norm(Space.fit(rows)(rows), axis=1)
    np.testing.assert_allclose(lengths, 1, rtol=1e-5)
    np.testing.assert_array_equal(Space.fit(ROWS)(np.array([[1.0, 1.0]])), [[0, 0]])


def test_rows_that_are_all_alike_have_no_direction():
    rows = np.full((3, 4), 7.0)
    np.testing.assert_array_equal(Space.fit(rows)(rows), np.zeros((3, 4)))
    np.testing.assert_array_equal(Space.fit(rows[:1])(np.ones((1, 4))), np.zeros((1, 4)))


def test_the_strongest_directions_are_kept(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "DIRECTIONS", 1)
    space = Space.fit(ROWS)
    assert space.projection.shape == (2, 1)
    np.testing.assert_allclose(np.abs(space(np.array([[9.0, 1.0], [1.0, 9.0]]))[:, 0]), [1, 0], atol=1e-6)


def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch):
    rows = np.random.default_rng(1).normal(size=(50, 6))
    whole = Space.fit(rows)(rows)
    monkeypatch.setattr(module, "_CHUNK", 7)
    np.testing.assert_allclose(np.abs(Space.fit(rows)(rows)), np.abs(whole), atol=1e-5)
