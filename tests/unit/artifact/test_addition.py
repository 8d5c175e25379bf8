import os
import shutil

import pytest

from visualtaste.artifact.addition import add_files, adding_to
from visualtaste.artifact.exports import ENCODER_INT8, Exports, Int8Export
from visualtaste.artifact.folder import read_manifest
from visualtaste.artifact.manifest import DataReference, TasteManifest
from visualtaste.errors import ArtifactError, InUseError


@pytest.fixture
def folder(tiny_model_folder, tmp_path):
    return shutil.copytree(tiny_model_folder, tmp_path / "model")


def record(folder, f1=0.5):
    return Int8Export(
        encoder=read_manifest(folder, TasteManifest).encoder_digest,
        data=DataReference(name="tiny", fingerprint="0" * 64),
        calibration_photos=1,
        compared_photos=1,
        cosine_mean=1.0,
        cosine_most=1.0,
        cosine_worst=1.0,
        validation_users=1,
        f1_at_15_float32=f1,
        f1_at_15=f1,
    )


def add(folder, content, f1=0.5):
    with adding_to(folder) as workspace:
        (workspace / ENCODER_INT8).write_bytes(content)
        after = Exports(int8=record(folder, f1))
        return add_files(folder, {ENCODER_INT8: workspace / ENCODER_INT8}, Exports(), after)


def test_an_added_file_is_digested_and_replaced_by_the_next(folder):
    before = read_manifest(folder, TasteManifest)
    add(folder, b"one")
    second = add(folder, b"two", 0.75)
    found = read_manifest(folder, TasteManifest)
    assert found == second
    assert found.exports.int8.f1_at_15 == 0.75
    assert found.files.keys() - before.files.keys() == {ENCODER_INT8}
    assert (folder / ENCODER_INT8).read_bytes() == b"two"


@pytest.mark.parametrize("killed_at", [1, 2, 3])
@pytest.mark.parametrize("again", [False, True])
def test_killed_at_any_step_the_folder_is_a_whole_model(folder, monkeypatch, killed_at, again):
    """Every step is a rename: of the manifest, of the file, of the manifest."""
    if again:
        add(folder, b"one")
    replace, calls = os.replace, []

    def killed(*arguments):
        calls.append(arguments)
        if len(calls) == killed_at:
            raise KeyboardInterrupt
        replace(*arguments)

    monkeypatch.setattr(os, "replace", killed)
    if killed_at <= 2 or again:  # a first export has two steps
        with pytest.raises(KeyboardInterrupt):
            add(folder, b"two")
    monkeypatch.undo()
    assert read_manifest(folder, TasteManifest).exports.int8 in (None, record(folder))
    add(folder, b"three")
    read_manifest(folder, TasteManifest)


def test_what_a_killed_process_left_goes_and_two_are_refused(folder):
    (folder / ".export.partial").mkdir()
    (folder / ".export.partial" / "half").write_bytes(b"half")
    with adding_to(folder) as workspace:
        assert list(workspace.iterdir()) == []
        with pytest.raises(InUseError), adding_to(folder):
            pass
    assert not workspace.exists()


def test_what_is_no_model_gets_no_lock(tmp_path):
    with pytest.raises(ArtifactError), adding_to(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []
