from __future__ import annotations

import errno
import os
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from support.full_disk import files_of_at_most
from visualtaste.features.row_file import RowFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Eight rows of two bytes, all zero."""
    path = tmp_path / "rows"
    path.write_bytes(bytes(16))
    return path


def rows(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.int64)


def test_rows_go_to_their_places(path: Path) -> None:
    with closing(RowFile(path, 2)) as file:
        file.write(rows(6, 1, 2), np.array([[1, 2], [3, 4], [5, 6]], dtype=np.uint8))
        file.sync()
    assert path.read_bytes() == bytes([0, 0, 3, 4, 5, 6, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0])


def test_of_a_row_given_twice_the_last_one_stays(path: Path) -> None:
    with closing(RowFile(path, 2)) as file:
        content = np.arange(200, dtype=np.uint8).repeat(2).reshape(200, 2)
        file.write(np.tile(rows(3, 0), 100), content)
    assert path.read_bytes() == bytes([199, 199, 0, 0, 0, 0, 198, 198, 0, 0, 0, 0, 0, 0, 0, 0])


def test_no_rows_are_nothing(path: Path) -> None:
    with closing(RowFile(path, 2)) as file:
        file.write(rows(), np.empty((0, 2), dtype=np.uint8))
    assert path.read_bytes() == bytes(16)


def test_neighbours_are_written_in_one_call(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    pwrite = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda *call: calls.append((len(call[1]), call[2])) or pwrite(*call))
    with closing(RowFile(path, 2)) as file:
        file.write(rows(5, 1, 0, 2, 7), np.ones((5, 2), dtype=np.uint8))
    assert calls == [(6, 0), (2, 10), (2, 14)]


def test_a_full_disk_is_an_error_that_names_the_file(path: Path) -> None:
    with closing(RowFile(path, 2)) as file, files_of_at_most(9), pytest.raises(OSError, match=str(path)) as caught:
        file.write(rows(3, 4, 5), np.ones((3, 2), dtype=np.uint8))  # bytes 6 to 11: three of them fit
    assert caught.value.errno == errno.EFBIG
    assert path.read_bytes() == bytes([0] * 6 + [1] * 3 + [0] * 7)
