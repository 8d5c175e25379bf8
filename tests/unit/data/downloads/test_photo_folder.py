from __future__ import annotations

import errno
from pathlib import Path

import pytest

from support.linked_dataset import impatient, linked_dataset
from support.unruly_server import UnrulyServer, photo
from visualtaste.data.dataset import Dataset
from visualtaste.data.downloads.download import download_images
from visualtaste.data.downloads.photo_folder import PhotoFolder
from visualtaste.errors import ImageError


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_only_what_can_be_decoded_is_kept(tmp_path: Path) -> None:
    photos = PhotoFolder(tmp_path, max_pixels=1000)
    with photos.opened():
        kept = photos.keep(photo("a"), "i/0", "http://a")
        for content, reason in ((photo("b")[:-200], "truncated"), (b"", "empty"), (b"<html>", "not-an-image")):
            with pytest.raises(ImageError, match=r"^http://b: ") as caught:
                photos.keep(content, "i1", "http://b")
            assert caught.value.reason == reason
    assert files(tmp_path) == [kept.image]


def test_what_a_killed_run_left_half_done_is_swept_out(tmp_path: Path) -> None:
    photos = PhotoFolder(tmp_path, max_pixels=1000)
    (tmp_path / ".partial").mkdir()
    (tmp_path / ".partial" / "00-i0.png").write_bytes(b"half")
    with photos.opened():
        assert files(tmp_path) == []


def test_a_full_disk_ends_the_download_and_the_next_goes_on(
    tmp_path: Path, server: UnrulyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked_dataset(tmp_path, [server.url(f"/photo/{n}") for n in range(20)])
    room = 5
    write_bytes = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        nonlocal room
        if path.parent.name != ".partial":
            return write_bytes(path, content)
        room -= 1
        if room < 0:
            write_bytes(path, content[:100])
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return write_bytes(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left on device"):
        download_images(tmp_path, impatient(concurrency=1))
    assert len(files(tmp_path / "images")) == 5
    assert Dataset.read(tmp_path).items["image"].null_count() == 20
    monkeypatch.undo()
    assert download_images(tmp_path, impatient()).fetched == 15
    assert Dataset.read(tmp_path).items["image"].null_count() == 0
    assert sum(server.hits.values()) == 21  # what was under way when the disk was full was asked for again
