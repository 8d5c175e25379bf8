"""What sells, and what is bought together."""

import numpy as np
import pytest

from visualtaste.recommend.neighbours import Neighbours
from visualtaste.recommend.popularity import popularity
from visualtaste.types import Ragged

DAY = 86_400.0


def test_purchases_ever_and_of_late():
    rows = np.repeat([0, 1, 2], [20, 10, 5])
    seconds = np.repeat([0.0, 60 * DAY, 60 * DAY], [20, 10, 5])
    sales = popularity(rows, seconds, items=4)
    assert sales[:, 0].tolist() == pytest.approx(np.log([4, 2, 1, 1]))
    assert sales[:, 1].tolist() == pytest.approx([np.log(20 / np.e / 5), np.log(2), 0, 0])


def test_few_purchases_are_chance():
    sales = popularity(np.repeat([0, 1], [4, 6]), np.zeros(10), items=2)
    assert sales.tolist() == [[0, 0], [pytest.approx(np.log(6 / 5))] * 2]


def test_purchases_at_an_unknown_time_are_not_recent():
    sales = popularity(np.repeat([0, 1], 10), np.repeat([np.nan, 5.0], 10), items=2)
    assert sales[:, 0].tolist() == pytest.approx(np.log([2, 2]))
    assert sales[:, 1].tolist() == pytest.approx([0, np.log(2)])
    unknown = popularity(np.repeat(0, 10), np.full(10, np.nan), items=1)
    assert unknown.tolist() == [[pytest.approx(np.log(2)), 0]]


def test_neighbours_by_hand():
    # 0 and 1 have two buyers in common of two and three; 1 and 2 one of three and one
    users = Ragged.from_rows([[0, 1], [1, 0], [1, 2], []])
    near = Neighbours.of(users, items=4)
    assert [row.tolist() for row in near.rows] == [[1], [0, 2], [1], []]
    assert near.strengths.values.tolist() == pytest.approx(
        [2 / (6**0.5 + 3), 2 / (6**0.5 + 3), 1 / (3**0.5 + 3), 1 / (3**0.5 + 3)]
    )
    rows, strengths = near.near(np.array([3, 1]))
    assert rows.tolist() == [0, 2]
    assert strengths.tolist() == pytest.approx([2 / (6**0.5 + 3), 1 / (3**0.5 + 3)])


def test_the_strongest_neighbours_are_kept(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("visualtaste.recommend.neighbours.NEIGHBOURS", 1)
    near = Neighbours.of(Ragged.from_rows([[0, 1], [1, 0], [1, 2]]), items=3)
    assert [row.tolist() for row in near.rows] == [[1], [0], [1]]


def test_nobody_buying_two_things_makes_no_neighbours():
    near = Neighbours.of(Ragged.from_rows([[0], [1]]), items=2)
    assert [row.tolist() for row in near.rows] == [[], []]
