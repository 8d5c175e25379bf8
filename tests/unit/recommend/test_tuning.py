"""The weights under which purchases are likely."""

import numpy as np
import pytest

from visualtaste.recommend.tuning import Choice, _objective, surprise, tune

FREE = np.array([True, True, True])


def choices(count, weights, seed=0, items=60):
    """Users who buy by the given weights."""
    random = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        parts = random.normal(size=(items, len(weights))).astype(np.float32)
        odds = np.exp(parts @ weights)
        bought = random.choice(items, 5, p=odds / odds.sum())
        made.append(Choice(parts, np.ones(items), bought))
    return made


def test_weights_are_found_again():
    truth = np.array([1.0, 0.5, 2.0])
    np.testing.assert_allclose(tune(choices(400, truth), np.zeros(3), FREE), truth, atol=0.1)


def test_a_part_that_is_held_against_items_gets_no_weight():
    weights = tune(choices(200, np.array([1.0, -1.0, 0.0])), np.ones(3), FREE)
    assert weights[0] == pytest.approx(1, abs=0.15)
    assert weights[1] == 0
    assert weights[2] >= 0


def test_weights_that_are_not_free_stay():
    start = np.array([0.3, 0.0, 0.7])
    weights = tune(choices(50, np.ones(3)), start, np.array([True, False, False]))
    assert weights[1:].tolist() == [0.0, 0.7]
    assert weights[0] != 0.3


def test_without_users_the_defaults_stay():
    start = np.array([0.15, 4.0, 0.0])
    np.testing.assert_array_equal(tune([], start, FREE), start)
    assert surprise([], start) == 0


def test_a_part_that_nobody_has_stays_at_its_default():
    made = [Choice(c.parts * np.array([1, 1, 0], np.float32), c.share, c.bought) for c in choices(50, np.ones(3))]
    assert tune(made, np.array([0.0, 0.0, 0.4]), FREE)[2] == pytest.approx(0.4)


def test_gradient_and_curvature_are_those_of_the_value():
    made, start, scale = choices(6, np.ones(3)), np.array([0.1, 0.2, 0.3]), np.ones(3)
    point, step = np.array([0.5, 0.4, 0.2]), 1e-5
    value, slope, curvature = _objective(made, point, start, scale)
    for part in range(3):
        aside = np.eye(3)[part] * step
        up, up_slope, _ = _objective(made, point + aside, start, scale)
        down, down_slope, _ = _objective(made, point - aside, start, scale)
        assert (up - down) / (2 * step) == pytest.approx(slope[part], abs=1e-6)
        np.testing.assert_allclose((up_slope - down_slope) / (2 * step), -curvature[part], atol=1e-5)
    assert value < 0


def test_surprise_of_equal_items_is_the_logarithm_of_their_number():
    parts = np.zeros((4, 3), dtype=np.float32)
    sampled = Choice(parts, np.array([1.0, 3.0, 3.0, 3.0]), np.array([0]))
    assert surprise([sampled], np.zeros(3)) == pytest.approx(np.log(10))
