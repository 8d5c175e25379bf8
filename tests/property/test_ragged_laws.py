"""Laws of ragged rows: they behave as lists of lists do."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from visualtaste.data.protocols import cut
from visualtaste.types import Ragged

ROWS = st.lists(st.lists(st.integers(0, 9), max_size=6), max_size=8)


def as_lists(ragged: Ragged) -> list[list[int]]:
    return [row.tolist() for row in ragged]


@given(ROWS)
def test_rows_come_back(rows: list[list[int]]) -> None:
    ragged = Ragged.from_rows(rows)
    assert as_lists(ragged) == rows
    assert len(ragged) == len(rows)
    assert ragged.lengths.tolist() == [len(row) for row in rows]
    assert ragged.segments.tolist() == [place for place, row in enumerate(rows) for _ in row]


@given(ROWS, st.data())
def test_take_is_indexing(rows: list[list[int]], data: st.DataObject) -> None:
    places = data.draw(st.lists(st.integers(0, len(rows) - 1), max_size=10)) if rows else []
    taken = Ragged.from_rows(rows).take(np.array(places, dtype=np.int64))
    assert as_lists(taken) == [rows[place] for place in places]


@given(ROWS)
def test_multi_hot_is_membership(rows: list[list[int]]) -> None:
    dense = Ragged.from_rows(rows).multi_hot(10)
    assert dense.tolist() == [[value in row for value in range(10)] for row in rows]


@given(ROWS, st.data())
def test_cut_is_slicing(rows: list[list[int]], data: st.DataObject) -> None:
    heads = [data.draw(st.integers(0, len(row))) for row in rows]
    first, second = cut(Ragged.from_rows(rows), np.array(heads, dtype=np.int64))
    assert as_lists(first) == [row[:head] for row, head in zip(rows, heads, strict=True)]
    assert as_lists(second) == [row[head:] for row, head in zip(rows, heads, strict=True)]
