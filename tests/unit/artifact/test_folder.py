"""A folder is read back as it was sealed, and everything else is refused with what is wrong and what to do."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from support.tiny_model import CATEGORIES
from visualtaste.artifact.folder import read_any, read_manifest, seal
from visualtaste.artifact.manifest import EncoderManifest, TasteManifest
from visualtaste.errors import ArtifactError

Tamper = Callable[[Path], Any]


@pytest.fixture
def folder(tiny_model_folder: Path, tmp_path: Path) -> Path:
    """A model folder of the test's own."""
    return Path(shutil.copytree(tiny_model_folder, tmp_path / "model"))


def edit(change: Callable[[dict[str, Any]], Any]) -> Tamper:
    """Change the manifest's content as an editor would."""

    def tamper(folder: Path) -> None:
        path = folder / "taste.json"
        content = json.loads(path.read_text())
        change(content)
        path.write_text(json.dumps(content))

    return tamper


def put(**values: Any) -> Tamper:
    return edit(lambda content: content.update(values))


def list_file(name: str, digest: str = "0" * 64) -> Tamper:
    return edit(lambda content: content["files"].update({name: digest}))


def write(name: str, content: bytes) -> Tamper:
    return lambda folder: (folder / name).write_bytes(content)


def link(name: str, target: str) -> Tamper:
    """Replace a file by a link to `target`, in which {outside} is a copy of the file beside the folder."""

    def tamper(folder: Path) -> None:
        outside = folder.parent / "outside"
        shutil.move(folder / name, outside)
        (folder / name).symlink_to(target.format(outside=outside))

    return tamper


def cut(name: str) -> Tamper:
    return lambda folder: os.truncate(folder / name, (folder / name).stat().st_size // 2)


def replace_by_folder(name: str) -> Tamper:
    def tamper(folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).mkdir()

    return tamper


def pipe(folder: Path) -> None:
    (folder / "interests.onnx").unlink()
    os.mkfifo(folder / "interests.onnx")  # to read it would wait for ever


REFUSED: dict[str, tuple[Tamper, str]] = {
    "missing file": (lambda f: (f / "interests.onnx").unlink(), r"interests\.onnx is missing: copy the whole folder"),
    "missing file below": (lambda f: shutil.rmtree(f / "encoder"), r"encoder/config\.json is missing"),
    "altered file": (write("encoder.onnx", b"other"), r"encoder\.onnx is not what was written .*: copy the whole"),
    "truncated file": (cut("interests.onnx"), r"interests\.onnx is not what was written"),
    "emptied file": (write("encoder.onnx", b""), r"encoder\.onnx is not what was written"),
    "folder for a file": (replace_by_folder("interests.onnx"), r"interests\.onnx is not a plain file"),
    "listed folder": (list_file("encoder"), r"model/encoder is not a plain file"),
    "pipe for a file": (pipe, r"interests\.onnx is not a plain file"),
    "added weights": (write("encoder/pytorch_model.bin", b"x"), r"pytorch_model\.bin is not part .*: move it out"),
    "no manifest": (lambda f: (f / "taste.json").unlink(), r"no taste\.json; `visualtaste fit` writes one"),
    "empty manifest": (write("taste.json", b""), r"taste\.json is not a JSON object: it is damaged"),
    "truncated manifest": (cut("taste.json"), "is not a JSON object"),
    "binary manifest": (write("taste.json", b"\x89PNG\xff\xfe"), "is not a JSON object"),
    "list as manifest": (write("taste.json", b"[1, 2]"), "is not a JSON object"),
    "deep manifest": (write("taste.json", b"[" * 100_000), "is not a JSON object"),
    "huge manifest": (lambda f: os.truncate(f / "taste.json", 2**30), "larger than any manifest"),
    "folder as manifest": (replace_by_folder("taste.json"), r"it has no taste\.json"),
    "no version": (edit(lambda c: c.pop("schema_version")), "schema_version is None, not a number from 1"),
    "worded version": (put(schema_version="1"), "schema_version is '1', not a number"),
    "true version": (put(schema_version=True), "schema_version: Input should be a valid integer"),
    "version zero": (put(schema_version=0), "schema_version is 0, not a number from 1"),
    "newer version": (put(schema_version=2, unheard_of=1), "has version 2, .* reads 1: pip install -U visualtaste"),
    "unknown key": (put(weights="w.bin"), "unknown key 'weights': copy the whole folder"),
    "unknown setting": (edit(lambda c: c["config"].update(sed=1)), r"unknown key 'config\.sed'"),
    "missing key": (edit(lambda c: c.pop("feature_size")), "feature_size: Field required"),
    "wrong type": (put(feature_size="4"), "feature_size: Input should be a valid integer"),
    "out of range": (edit(lambda c: c["config"]["split"].update(test=2.0)), r"config\.split\.test: .* less than 1"),
    "not a number": (edit(lambda c: c["metrics"].update(f1=float("nan"))), r"metrics\.f1: .* finite number"),
    "doubled category": (put(categories=[CATEGORIES[0]] * 5), "category 'colour: red' is listed twice"),
    "frequencies short": (put(category_frequency=[0.5]), "1 frequencies for 5 categories"),
    "network unlisted": (edit(lambda c: c["files"].pop("encoder.onnx")), r"does not list encoder\.onnx"),
    "digest no digest": (list_file("encoder.onnx", "abc"), r"files\.encoder\.onnx: String should match pattern"),
    "absolute path": (list_file("/etc/passwd"), "'/etc/passwd' is not relative to the folder"),
    "drive path": (list_file("C:/secret"), "'C:/secret' is not relative to the folder"),
    "path above": (list_file("../outside"), r"'\.\./outside' is not a plain relative path inside"),
    "path in and out": (list_file("encoder/../../outside"), "is not a plain relative path inside"),
    "backslash path": (list_file("..\\outside"), "is not a plain relative path inside"),
    "zero byte path": (list_file("a\0b"), "is not a plain relative path inside"),
    "empty path": (list_file(""), "is not a plain relative path inside"),
    "roundabout path": (list_file("./encoder.onnx"), "is not a plain relative path inside"),
    "endless path": (list_file("a" * 5000), "cannot be read: .*File name too long"),
    "link out, absolute": (link("encoder.onnx", "{outside}"), r"encoder\.onnx leads out of the folder, to .*outside"),
    "link out, relative": (link("encoder.onnx", "../outside"), "leads out of the folder"),
    "manifest linked out": (link("taste.json", "../outside"), r"taste\.json leads out of the folder"),
    "link to itself": (link("encoder.onnx", "encoder.onnx"), "cannot be read"),
    "linked subfolder": (link("encoder", "../outside"), r"encoder/config\.json leads out of the folder"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_tampered_folder_is_refused_with_what_is_wrong(folder: Path, case: str) -> None:
    tamper, message = REFUSED[case]
    tamper(folder)
    with pytest.raises(ArtifactError, match=message) as caught:
        read_manifest(folder, TasteManifest)
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_untouched_folder_is_read(folder: Path, tiny_encoder_folder: Path) -> None:
    manifest = read_manifest(folder, TasteManifest)
    assert manifest.categories == CATEGORIES
    assert manifest.pooling == "attention"
    assert manifest.protocol == "observed"
    assert manifest.positive_weight == 36
    assert manifest.calibrated
    assert manifest.split == manifest.config.split
    assert set(manifest.files) == {"encoder.onnx", "encoder/config.json", "interests.onnx", "item_classifier.onnx"}
    assert manifest.encoder_digest == sha256((folder / "encoder.onnx").read_bytes()).hexdigest()
    assert read_any(folder) == manifest
    assert read_any(tiny_encoder_folder) == read_manifest(tiny_encoder_folder, EncoderManifest)


def test_files_that_nothing_opens_are_ignored(folder: Path) -> None:
    before = read_manifest(folder, TasteManifest)
    (folder / "items").mkdir()
    for name in (".DS_Store", "encoder/.DS_Store", "README.txt", "items/index.bin"):
        (folder / name).write_text("later")
    assert read_manifest(folder, TasteManifest) == before


def test_links_are_followed_to_the_folder_and_inside_it(folder: Path, tmp_path: Path) -> None:
    (folder / "encoder.onnx").rename(folder / "real.onnx")
    (folder / "encoder.onnx").symlink_to("real.onnx")
    (tmp_path / "alias").symlink_to(folder)
    assert read_manifest(tmp_path / "alias", TasteManifest) == read_manifest(folder, TasteManifest)


def test_the_wrong_kind_of_folder_is_named_with_the_command_that_helps(
    tiny_model_folder: Path, tiny_encoder_folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(ArtifactError, match="is an encoder, no model yet: `visualtaste fit-interests` makes one"):
        read_manifest(tiny_encoder_folder, TasteManifest)
    with pytest.raises(ArtifactError, match=r"is a complete model, not an encoder: .* `visualtaste fit-encoder` wrote"):
        read_manifest(tiny_model_folder, EncoderManifest)
    with pytest.raises(ArtifactError, match="there is no such folder"):
        read_manifest(tmp_path / "nowhere", TasteManifest)
    with pytest.raises(ArtifactError, match=r"taste\.json is a file: give the model's folder"):
        read_manifest(tiny_model_folder / "taste.json", TasteManifest)
    with pytest.raises(ArtifactError, match=r"it has no encoder\.json; `visualtaste fit-encoder` writes one"):
        read_manifest(tmp_path, EncoderManifest)
    with pytest.raises(ArtifactError, match="not a complete model"):
        read_any(tmp_path)
    (tmp_path / "dataset.json").write_text("{}")
    with pytest.raises(ArtifactError, match="is a data set, not a model: `visualtaste fit` trains one"):
        read_manifest(tmp_path, TasteManifest)


def test_a_folder_on_read_only_storage_is_read(folder: Path) -> None:
    for path in (*folder.rglob("*"), folder):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        before = sorted(folder.rglob("*"))
        read_manifest(folder, TasteManifest)
        assert sorted(folder.rglob("*")) == before
    finally:
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755)


def test_a_folder_that_may_not_be_read_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("visualtaste.artifact.folder.digest_file", refuse)  # chmod does not stop root
    with pytest.raises(ArtifactError, match=r"cannot be read: .*Permission denied"):
        read_manifest(folder, TasteManifest)


def test_many_may_read_at_once(tiny_model_folder: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        manifests = list(pool.map(lambda _: read_manifest(tiny_model_folder, TasteManifest), range(16)))
    assert all(manifest == manifests[0] for manifest in manifests)


def test_sealing_again_changes_nothing(folder: Path) -> None:
    before = (folder / "taste.json").read_bytes()
    seal(folder, read_manifest(folder, TasteManifest))
    assert (folder / "taste.json").read_bytes() == before


def test_sealing_lists_every_visible_file_and_returns_what_is_read_back(folder: Path) -> None:
    manifest = read_manifest(folder, TasteManifest)
    (folder / "encoder" / "größe.json").write_text("ü")
    (folder / ".encoder.onnx.1.partial").write_text("left by a killed write")
    sealed = seal(folder, manifest)
    assert sealed == read_manifest(folder, TasteManifest)
    assert set(sealed.files) - set(manifest.files) == {"encoder/größe.json"}


def test_what_could_not_be_read_back_is_not_sealed(folder: Path) -> None:
    manifest = read_manifest(folder, TasteManifest)
    (folder / "taste.json").unlink()
    (folder / "item_classifier.onnx").rename(folder.parent / "elsewhere")
    with pytest.raises(ArtifactError, match=r"item_classifier\.onnx is missing: .* cannot be sealed"):
        seal(folder, manifest)
    (folder / "item_classifier.onnx").symlink_to("../elsewhere")
    with pytest.raises(ArtifactError, match=r"item_classifier\.onnx is a link"):
        seal(folder, manifest)
    (folder / "item_classifier.onnx").unlink()
    (folder / "item_classifier.onnx").write_bytes((folder.parent / "elsewhere").read_bytes())
    (folder / "linked").symlink_to(folder.parent)
    with pytest.raises(ArtifactError, match="linked is a link"):
        seal(folder, manifest)
    (folder / "linked").unlink()
    (folder / "back\\slash").write_text("")
    with pytest.raises(ArtifactError, match="is not a plain relative path"):
        seal(folder, manifest)
    assert not (folder / "taste.json").exists()
