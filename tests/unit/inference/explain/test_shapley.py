"""Shapley values, against games whose values are known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from visualtaste.inference.explain import shapley as module
from visualtaste.inference.explain.shapley import EXACT, shapley
from visualtaste.types import Ragged


def game(value: Callable[[frozenset[int]], float]) -> Callable[[Ragged], np.ndarray]:
    return lambda sets: np.array([[value(frozenset(one.tolist()))] for one in sets])


def test_the_glove_game() -> None:
    """Photo 0 is a left glove, 1 and 2 are right ones; only a pair is worth 1: 2/3, 1/6, 1/6."""
    found, errors = shapley(3, game(lambda s: float(0 in s and len(s) > 1)), np.zeros(1))
    np.testing.assert_allclose(found[:, 0], [2 / 3, 1 / 6, 1 / 6])
    assert not errors.any()


def test_what_adds_up_is_divided_as_it_adds_up() -> None:
    worth = np.array([3.0, -1.0, 0.5, 0.0])
    found, _ = shapley(4, game(lambda s: 7 + worth[list(s)].sum()), np.array([7.0]))
    np.testing.assert_allclose(found[:, 0], worth)


def test_one_photo_makes_all_the_difference() -> None:
    found, _ = shapley(1, game(lambda s: 5.0), np.array([2.0]))
    assert found.tolist() == [[3.0]]


def test_sampled_orders_add_up_exactly_and_err_as_much_as_they_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """The largest number in a set of n: photo i is worth the sum over j <= i of (v_j - v_(j-1)) / (n - j)."""
    count = EXACT + 5
    exact = np.cumsum(1 / (count - np.arange(count)))
    largest = game(lambda s: max(s) + 1.0)
    found, errors = shapley(count, largest, np.zeros(1))
    assert found.sum() == pytest.approx(count)
    assert (errors > 0).any()
    assert (np.abs(found[:, 0] - exact) <= 5 * errors[:, 0] + 1e-9).all()
    monkeypatch.setattr(module, "ROWS", 1)  # four orders at the least
    fewer, more_errors = shapley(count, largest, np.zeros(1))
    assert fewer.sum() == pytest.approx(count)
    assert more_errors.mean() > errors.mean()


def test_the_same_question_has_the_same_answer() -> None:
    value = game(lambda s: float(sum(i**2 for i in s)) ** 0.5)
    first, second = (shapley(EXACT + 2, value, np.zeros(1))[0] for _ in range(2))
    np.testing.assert_array_equal(first, second)
