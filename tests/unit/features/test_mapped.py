from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from visualtaste.features import mapped as mapping
from visualtaste.features.mapped import chunks, take

ROWS = 20_000  # of 2 KB: 40 MB


@pytest.fixture(autouse=True)
def _no_file_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapping, "_SMALL", 0)


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
    take(matrix, np.arange(ROWS))
    take(matrix, np.random.default_rng(0).integers(0, ROWS, ROWS))
    assert resident_file_megabytes() - before < 5
    np.asarray(matrix).sum()
    assert resident_file_megabytes() - before > 30, "a plain reading maps the file: else this test shows nothing"
    for _ in chunks(matrix[:ROWS]):
        pass
    assert resident_file_megabytes() - before < 5


@pytest.mark.skipif(not hasattr(os, "posix_fadvise"), reason="cannot empty the system's cache")
@pytest.mark.parametrize("flag", [getattr(os, "RWF_NOWAIT", None), None])
def test_rows_that_are_not_cached_are_read_from_the_disk(
    file: Path, flag: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mapping, "_CACHED_ONLY", flag)
    rows = np.random.default_rng(0).integers(0, ROWS, 500)
    expected = np.fromfile(file, "<u2").reshape(ROWS, 1024)[rows]
    with file.open("rb") as stream:
        os.fsync(stream.fileno())
        os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    np.testing.assert_array_equal(take(mapped(file), rows), expected)


def test_a_part_of_a_map_and_a_saved_array_are_read_at_their_places(file: Path, tmp_path: Path) -> None:
    part = mapped(file)[100:200]
    np.testing.assert_array_equal(take(part, np.array([7, 8, 99])), np.asarray(part)[[7, 8, 99]])
    np.save(tmp_path / "array.npy", np.arange(12, dtype=np.float32).reshape(4, 3))
    saved = np.load(tmp_path / "array.npy", mmap_mode="r")
    assert take(saved, np.array([3, 0])).tolist() == [[9, 10, 11], [0, 1, 2]]
    assert take(saved[:, 1:], np.array([3, 0])).tolist() == [[10, 11], [1, 2]]  # rows with gaps: through the map


def test_a_small_file_is_read_through_its_map(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapping, "_SMALL", file.stat().st_size)
    matrix = mapped(file)
    monkeypatch.setattr(os, "preadv", None)  # would fail if it were called
    np.testing.assert_array_equal(take(matrix, np.array([5, 3])), np.asarray(matrix)[[5, 3]])


def test_a_file_that_was_cut_off_since_is_an_error(tmp_path: Path) -> None:
    np.arange(4096, dtype=np.uint8).tofile(tmp_path / "matrix")
    matrix = np.memmap(tmp_path / "matrix", np.uint8, "r", shape=(64, 64))
    os.truncate(tmp_path / "matrix", 64 * 10 + 3)
    assert take(matrix, np.array([9]))[0, 0] == 9 * 64 % 256
    with pytest.raises(OSError, match="the file ends at byte 643"):  # through the map it would end the process
        take(matrix, np.array([10]))


def test_a_map_that_is_written_through_keeps_its_pages(tmp_path: Path) -> None:
    (tmp_path / "matrix").write_bytes(bytes(4))
    matrix = np.memmap(tmp_path / "matrix", np.uint8, "c", shape=(2, 2))
    matrix[:] = 7  # private to this process: giving the pages back would undo it
    assert take(matrix, np.array([1])).tolist() == [[7, 7]]
    assert matrix.tolist() == [[7, 7], [7, 7]]
