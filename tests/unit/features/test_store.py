import numpy as np
import pytest

from support.full_disk import files_of_at_most
from visualtaste.errors import DataError, ImageError, InUseError
from visualtaste.features.row_file import RowFile
from visualtaste.features.store import FeatureStore, StoreInfo
from visualtaste.types import Ragged

INFO = StoreInfo(encoder="e", items="i", rows=4, feature_size=3)


def test_rows_come_back_as_they_were_put(tmp_path):
    store = FeatureStore.open(tmp_path / "store", INFO)
    store.put(np.array([2, 0]), np.array([[1, 2, 3], [4, 5, 6]], dtype=np.float32))
    np.testing.assert_array_equal(store.rows(np.array([0, 2])), [[4, 5, 6], [1, 2, 3]])
    np.testing.assert_array_equal(store.done, [True, False, True, False])
    np.testing.assert_array_equal(store.to_do, [1, 3])


def test_marks_take_their_place_on_the_disk_at_once(tmp_path):
    """Where a file system lives in memory, a hole that is read through a map takes some, or ends the process."""
    info = INFO.model_copy(update={"rows": 100_000})
    store = FeatureStore.open(tmp_path / "store", info)
    assert (store.folder / "state.u8").stat().st_blocks * 512 >= 100_000
    with files_of_at_most(99_999), pytest.raises(OSError, match=r"full/state\.u8"):
        FeatureStore.open(tmp_path / "full", info.model_copy(update={"feature_size": 0}))
    assert len(FeatureStore.open(tmp_path / "full", info).to_do) == 100_000


def test_a_row_without_features_is_refused(tmp_path):
    store = FeatureStore.open(tmp_path / "store", INFO)
    with pytest.raises(DataError, match="row 3 has no features"):
        store.rows(np.array([3]))


def test_reopening_keeps_what_was_done_and_what_failed(tmp_path):
    first = FeatureStore.open(tmp_path / "store", INFO)
    first.put(np.array([0]), np.ones((1, 3), dtype=np.float32))
    first.put_failures({1: ImageError("cut off", reason="truncated")}, ["a", "b", "c", "d"])
    again = FeatureStore.open(tmp_path / "store", INFO)
    np.testing.assert_array_equal(again.to_do, [2, 3])
    assert list(again.failures) == [{"row": 1, "item_id": "b", "reason": "truncated", "message": "cut off"}]
    np.testing.assert_array_equal(again.unusable, [False, True, False, False])
    again.reset_failures()
    np.testing.assert_array_equal(again.to_do, [1, 2, 3])
    assert list(again.failures) == []


def test_of_a_row_that_failed_only_the_last_word_is_listed(tmp_path):
    store = FeatureStore.open(tmp_path / "store", INFO)
    ids = {0: "a", 1: "b", 2: "c"}
    store.put_failures({row: ImageError("first", reason="missing") for row in ids}, ids)
    store.put_failures({1: ImageError("second", reason="empty")}, ids)
    store.put(np.array([2]), np.ones((1, 3), dtype=np.float32))  # tried again, and read
    assert [(failure["row"], failure["reason"]) for failure in store.failures] == [(0, "missing"), (1, "empty")]


@pytest.mark.parametrize("row", [-1, 4])
def test_a_row_that_does_not_exist_is_refused(tmp_path, row):
    store = FeatureStore.open(tmp_path / "store", INFO)
    with pytest.raises(DataError, match=f"row {row} does not exist: there are 4 rows"):
        store.put(np.array([0, row]), np.ones((2, 3), dtype=np.float32))
    with pytest.raises(DataError, match=f"row {row} does not exist"):
        store.put_failures({row: ImageError("cut off", reason="truncated")}, {row: "a"})
    assert len(store.to_do) == 4


def test_features_of_another_shape_are_refused(tmp_path):
    store = FeatureStore.open(tmp_path / "store", INFO)
    with pytest.raises(DataError, match=r"features are \(1, 4\), not \(1, 3\)"):
        store.put(np.array([0]), np.ones((1, 4), dtype=np.float32))


def test_one_writes_and_the_others_read(tmp_path):
    store, other = (FeatureStore.open(tmp_path / "store", INFO) for _ in range(2))
    with store.writing():
        store.put(np.array([1]), np.full((1, 3), 7, dtype=np.float32))
        np.testing.assert_array_equal(other.rows(np.array([1])), [[7, 7, 7]])
        np.testing.assert_array_equal(other.to_do, [0, 2, 3])
        with pytest.raises(InUseError, match="is being written by process"):
            other.put(np.array([2]), np.ones((1, 3), dtype=np.float32))
        with pytest.raises(InUseError):
            other.reset_failures()
        np.testing.assert_array_equal(FeatureStore.open(tmp_path / "store", INFO).done, [False, True, False, False])
    other.put(np.array([2]), np.ones((1, 3), dtype=np.float32))
    np.testing.assert_array_equal(store.to_do, [0, 3])


def test_features_are_on_the_disk_before_they_are_marked(tmp_path, monkeypatch):
    store = FeatureStore.open(tmp_path / "store", INFO)
    calls = []
    sync, write = RowFile.sync, RowFile.write
    monkeypatch.setattr(RowFile, "sync", lambda file: calls.append(("sync", file.path.name)) or sync(file))
    monkeypatch.setattr(RowFile, "write", lambda file, *_: calls.append(("write", file.path.name)) or write(file, *_))
    store.put(np.array([1]), np.ones((1, 3), dtype=np.float32))
    assert calls == [("write", "features.f16"), ("sync", "features.f16"), ("write", "state.u8")]


def test_a_store_whose_making_was_killed_is_made_again(tmp_path):
    FeatureStore.open(tmp_path / "store", INFO)
    (tmp_path / "store" / "store.json").unlink()
    (tmp_path / "store" / "features.f16").write_bytes(b"ha")
    assert len(FeatureStore.open(tmp_path / "store", INFO).to_do) == 4


def test_a_store_is_read_where_nothing_can_be_written(tmp_path):
    store = FeatureStore.open(tmp_path / "store", INFO)
    store.put(np.array([0]), np.ones((1, 3), dtype=np.float32))
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "store").iterdir()}
    again = FeatureStore.open(tmp_path / "store", INFO)
    np.testing.assert_array_equal(again.rows(np.array([0])), [[1, 1, 1]])
    assert {path.name: path.stat().st_mtime_ns for path in (tmp_path / "store").iterdir()} == before
    with pytest.raises(ValueError, match="read-only"):
        again.matrix[0] = 1


@pytest.mark.parametrize("change", [{"encoder": "other"}, {"items": "other"}, {"rows": 5}, {"feature_size": 4}])
def test_a_store_of_something_else_is_refused(tmp_path, change):
    FeatureStore.open(tmp_path / "store", INFO)
    with pytest.raises(DataError, match=next(iter(change))):
        FeatureStore.open(tmp_path / "store", INFO.model_copy(update=change))


def test_a_damaged_manifest_is_refused(tmp_path):
    FeatureStore.open(tmp_path / "store", INFO)
    (tmp_path / "store" / "store.json").write_text("{")
    with pytest.raises(DataError, match="extract again"):
        FeatureStore.open(tmp_path / "store", INFO)


def test_sets_are_reduced_to_rows_with_features(tmp_path):
    store = FeatureStore.open(tmp_path / "store", INFO)
    store.put(np.array([0, 2]), np.ones((2, 3), dtype=np.float32))
    sets = store.usable(Ragged.from_rows([[0, 1, 2], [3], [2, 2]]))
    assert [row.tolist() for row in sets] == [[0, 2], [], [2, 2]]


@pytest.mark.parametrize("name", ["features.f16", "state.u8"])
def test_a_file_that_was_cut_off_is_refused(tmp_path, name):
    FeatureStore.open(tmp_path / "store", INFO)
    with (tmp_path / "store" / name).open("r+b") as stream:
        stream.truncate(2)
    with pytest.raises(DataError, match=name):
        FeatureStore.open(tmp_path / "store", INFO)
    (tmp_path / "store" / name).unlink()
    with pytest.raises(DataError, match="extract again"):
        FeatureStore.open(tmp_path / "store", INFO)
