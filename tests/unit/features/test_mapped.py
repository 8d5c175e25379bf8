from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from visualtaste.features.mapped import chunks, take

ROWS = 20_000  # of 2 KB: 40 MB


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("mapped") / "matrix"
    np.arange(ROWS * 1024, dtype=np.uint32).astype("<u2").tofile(path)
    yield path
    path.unlink()


def mapped(path: Path) -> np.memmap:
    return np.memmap(path, np.dtype("<u2"), "r", shape=(ROWS, 1024))


def resident_file_megabytes() -> float:
    """Pages of files that count as memory of this process."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssFile"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no RssFile")


@pytest.mark.parametrize("count", [0, 1, 4096, 4097, 9000])
def test_rows_come_in_the_order_asked_for(file: Path, count: int) -> None:
    rows = np.random.default_rng(count).integers(0, ROWS, count)
    taken = take(mapped(file), rows)
    np.testing.assert_array_equal(taken, np.fromfile(file, "<u2").reshape(ROWS, 1024)[rows])
    assert taken.dtype == np.dtype("<u2")
    assert taken.flags.writeable
    assert not isinstance(taken, np.memmap)


def test_a_matrix_in_memory_is_indexed() -> None:
    assert take(np.arange(6).reshape(3, 2), np.array([2, 0, 2])).tolist() == [[4, 5], [0, 1], [4, 5]]


@pytest.mark.parametrize("row", [-1, ROWS])
def test_a_row_that_does_not_exist_is_refused(file: Path, row: int) -> None:
    with pytest.raises(IndexError, match=f"row {row} does not exist: there are {ROWS} rows"):
        take(mapped(file), np.array([0, row]))


def test_chunks_are_the_whole(file: Path) -> None:
    whole = np.fromfile(file, "<u2").reshape(ROWS, 1024)
    for matrix in (mapped(file), whole):
        np.testing.assert_array_equal(np.concatenate([chunk.copy() for chunk in chunks(matrix)]), whole)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_what_was_read_does_not_stay_in_memory(file: Path) -> None:
    matrix = mapped(file)
    before = resident_file_megabytes()
    np.asarray(matrix).sum()
    assert resident_file_megabytes() - before > 30, "a plain reading maps the file: else this test shows nothing"
    take(matrix, np.arange(ROWS))
    assert resident_file_megabytes() - before < 5
    np.asarray(matrix).sum()
    for _ in chunks(matrix[:ROWS]):
        pass
    assert resident_file_megabytes() - before < 5


def test_a_map_that_is_written_through_keeps_its_pages(tmp_path: Path) -> None:
    (tmp_path / "matrix").write_bytes(bytes(4))
    matrix = np.memmap(tmp_path / "matrix", np.uint8, "c", shape=(2, 2))
    matrix[:] = 7  # private to this process: giving the pages back would undo it
    assert take(matrix, np.array([1])).tolist() == [[7, 7]]
    assert matrix.tolist() == [[7, 7], [7, 7]]
