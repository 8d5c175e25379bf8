from __future__ import annotations

import hashlib
import shutil
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest

from support.many_photos import restore_photo, write_many_photos
from visualtaste.errors import DataError
from visualtaste.features.encoder import OnnxEncoder
from visualtaste.features.extract import Extraction, extract, store_of
from visualtaste.features.preprocessing import PreprocessingSpec
from visualtaste.features.store import FeatureStore
from visualtaste.progress import Silent


class Said(Silent):
    """A reporter that remembers what it was told."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, message: str) -> None:
        self.lines.append(message)


@pytest.fixture
def encoder(tiny_encoder_folder: Path) -> OnnxEncoder:
    return OnnxEncoder(tiny_encoder_folder / "encoder.onnx", PreprocessingSpec(size=32))


def test_every_readable_photo_has_features_and_the_others_are_counted(tmp_path: Path, encoder: OnnxEncoder) -> None:
    dataset = write_many_photos(tmp_path / "data", 70)
    (tmp_path / "data" / "3.png").unlink()
    (tmp_path / "data" / "69.png").write_bytes(b"no photo")
    done = extract(dataset, encoder)
    assert done.summary == "features of 68 items, skipped: 1 missing, 1 not-an-image"
    assert done.store.folder.parent == tmp_path / "data" / "features"
    np.testing.assert_allclose(done.store.rows(np.array([60, 5]))[:, 0], [60 / 255, 5 / 255], rtol=1e-3)
    assert [(failure["row"], failure["item_id"]) for failure in done.store.failures] == [(3, "item-3"), (69, "item-69")]


def test_only_missing_rows_are_computed(tmp_path: Path, encoder: OnnxEncoder) -> None:
    dataset = write_many_photos(tmp_path / "data", 5)
    store_of(dataset, encoder).put(np.array([1, 4]), np.full((2, 4), 9, dtype=np.float32))
    store = extract(dataset, encoder).store
    np.testing.assert_allclose(store.rows(np.arange(5))[:, 0] * 255, [0, 9 * 255, 2, 3, 9 * 255], atol=1e-2)


def test_unusable_photos_are_tried_again_when_asked(tmp_path: Path, encoder: OnnxEncoder) -> None:
    dataset = write_many_photos(tmp_path / "data", 3)
    (tmp_path / "data" / "1.png").unlink()
    assert extract(dataset, encoder).skipped == {"missing": 1}
    restore_photo(tmp_path / "data", 1)
    assert extract(dataset, encoder).skipped == {"missing": 1}
    again = extract(dataset, encoder, retry=True)
    assert again.skipped == {}
    assert again.store.done.all()


def test_unusable_photos_count_although_their_list_was_lost(tmp_path: Path, encoder: OnnxEncoder) -> None:
    dataset = write_many_photos(tmp_path / "data", 3)
    (tmp_path / "data" / "1.png").unlink()
    store = extract(dataset, encoder).store
    (store.folder / "failures.jsonl").write_text("")
    assert Extraction.of(store).summary == "features of 2 items, skipped: 1 unlisted"


def test_without_any_photo_there_is_an_error(tmp_path: Path, encoder: OnnxEncoder) -> None:
    dataset = write_many_photos(tmp_path / "data", 2)
    for row in range(2):
        (tmp_path / "data" / f"{row}.png").unlink()
    with pytest.raises(DataError, match="none of the 2 items has a usable photo"):
        extract(dataset, encoder)


def test_a_disk_that_is_too_small_is_said_before_the_work(
    tmp_path: Path, encoder: OnnxEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = write_many_photos(tmp_path / "data", 3)
    usage = namedtuple("usage", "total used free")
    reporter = Said()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(0, 0, 23))
    extract(dataset, encoder, reporter=reporter)
    (line,) = reporter.lines
    assert line.endswith(" will take 24 bytes more, but only 23 bytes are free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(0, 0, 24))
    extract(dataset, encoder, tmp_path / "elsewhere", reporter=reporter)
    assert len(reporter.lines) == 1


def test_a_complete_store_asks_for_no_lock(
    tmp_path: Path, encoder: OnnxEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = write_many_photos(tmp_path / "data", 3)
    extract(dataset, encoder)
    monkeypatch.delattr(FeatureStore, "writing")
    assert extract(dataset, encoder).store.done.all()


def test_the_name_of_a_store_has_not_changed(tmp_path: Path, encoder: OnnxEncoder) -> None:
    """Features that were extracted before would be lost: the digests must stay what they were."""
    dataset = write_many_photos(tmp_path / "data", 2)
    expected = hashlib.sha256(b'["item-0", "item-1", "0.png", "1.png"]').hexdigest()
    assert dataset.items_digest == expected
    name = hashlib.sha256(f'["{encoder.key}", "{expected}"]'.encode()).hexdigest()[:16]
    assert store_of(dataset, encoder).folder == tmp_path / "data" / "features" / name
