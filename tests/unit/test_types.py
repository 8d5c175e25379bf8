from __future__ import annotations

import numpy as np
import pytest

from visualtaste.errors import DataError
from visualtaste.types import Ragged, offsets_of


def test_offsets_add_up_lengths() -> None:
    assert offsets_of(np.array([2, 0, 3])).tolist() == [0, 2, 2, 5]
    assert offsets_of(np.array([], dtype=np.int64)).tolist() == [0]


@pytest.mark.parametrize("offsets", [[], [1, 3], [0, 2], [0, 4], [[0, 3]]])
def test_offsets_that_do_not_cover_the_values_are_refused(offsets: list[int]) -> None:
    with pytest.raises(DataError, match="offsets must run from 0 to the number of values 3"):
        Ragged(np.arange(3), np.array(offsets, dtype=np.int64))


def test_falling_offsets_are_refused() -> None:
    with pytest.raises(DataError, match="offsets must not fall"):
        Ragged(np.arange(3), np.array([0, 2, 1, 3]))


def test_a_row_outside_is_no_row() -> None:
    ragged = Ragged.from_rows([[1], [2]])
    for row in (-1, 2):
        with pytest.raises(IndexError):
            ragged[row]


def test_values_may_be_vectors() -> None:
    ragged = Ragged(np.arange(6, dtype=np.float32).reshape(3, 2), np.array([0, 1, 3]))
    taken = ragged.take(np.array([1, 0]))
    assert taken.values.tolist() == [[2, 3], [4, 5], [0, 1]]
    assert taken.values.dtype == np.float32


def test_no_rows_at_all() -> None:
    empty = Ragged.from_rows([])
    assert len(empty) == 0
    assert list(empty) == []
    assert empty.multi_hot(3).shape == (0, 3)
    assert len(empty.take(np.array([], dtype=np.int64))) == 0


def test_values_are_left_out_and_rows_stay() -> None:
    kept = Ragged.from_rows([[3, 1], [], [4], [1, 5, 9]]).keep(np.array([True, False, False, True, False, True]))
    assert [row.tolist() for row in kept] == [[3], [], [], [1, 9]]
