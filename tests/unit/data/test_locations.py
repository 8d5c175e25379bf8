from __future__ import annotations

from pathlib import Path

import pytest

from visualtaste.data.images import read_bytes
from visualtaste.data.locations import absolute, below, is_url, read_location
from visualtaste.errors import DataError, ImageError


def test_urls_are_told_from_paths() -> None:
    assert is_url("s3://bucket/photos")
    assert not is_url("C:/photos")
    assert not is_url(Path("s3://bucket/photos"))  # a path has lost a slash and leads nowhere


@pytest.mark.parametrize(
    ("root", "name", "expected"),
    [
        (Path("/data"), "a/b.jpg", Path("/data/a/b.jpg")),
        (Path("/data"), "/mnt/photos", Path("/mnt/photos")),
        (Path("/data"), "s3://bucket/photos", "s3://bucket/photos"),
        ("s3://bucket/photos/", "a/b.jpg", "s3://bucket/photos/a/b.jpg"),
        ("s3://bucket/shop", ".", "s3://bucket/shop"),
        ("s3://bucket/shop", "/mnt/photos", Path("/mnt/photos")),
    ],
)
def test_what_lies_below(root: Path | str, name: str, expected: Path | str) -> None:
    assert below(root, name) == expected


def test_a_relative_path_means_the_same_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert absolute(Path("photos/1.jpg")) == str(tmp_path / "photos" / "1.jpg")
    assert absolute("s3://bucket/1.jpg") == "s3://bucket/1.jpg"


def test_a_file_is_read_by_its_path_and_by_its_url(tmp_path: Path) -> None:
    (tmp_path / "1.jpg").write_bytes(b"photo")
    for location in (tmp_path / "1.jpg", str(tmp_path / "1.jpg"), f"file://{tmp_path}/1.jpg"):
        assert read_location(location) == b"photo"


def test_a_missing_photo_at_a_url_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"nowhere\.jpg: no such file") as caught:
        read_bytes(f"file://{tmp_path}/nowhere.jpg")
    assert caught.value.reason == "missing"


def test_what_a_storage_raises_is_unreadable_with_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    from fsspec.implementations.memory import MemoryFileSystem

    class NoCredentialsError(Exception):
        pass

    def refuse(self: object, path: str) -> bytes:
        raise NoCredentialsError("log in first")

    monkeypatch.setattr(MemoryFileSystem, "cat_file", refuse)
    with pytest.raises(ImageError, match="NoCredentialsError: log in first") as caught:
        read_bytes("memory://photos/1.jpg")
    assert caught.value.reason == "unreadable"


def test_an_unknown_storage_is_no_fault_of_the_photo() -> None:
    with pytest.raises(DataError, match="cannot be read on this machine"):
        read_bytes("nosuchstorage://photos/1.jpg")
