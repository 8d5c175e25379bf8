from __future__ import annotations

from pathlib import Path

from visualtaste.data.photo_folder import downloaded_photos, photos_by_stem
from visualtaste.data.photo_names import photo_name


def test_photos_lie_where_a_download_puts_them_or_directly_in_the_folder(tmp_path: Path) -> None:
    downloaded = photo_name("a/b", "png")
    (tmp_path / downloaded).parent.mkdir()
    for name in (downloaded, "c.webp", "c.jpg", "d.txt"):
        (tmp_path / name).touch()
    assert downloaded_photos(["a/b", "c", "d"], tmp_path) == [downloaded, "c.jpg", photo_name("d", "jpg")]
    assert downloaded_photos(["c"], tmp_path / "gone") == [photo_name("c", "jpg")]
    assert photos_by_stem(tmp_path) == {"c": "c.jpg"}
