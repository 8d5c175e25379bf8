"""Photos as they are named on the command line: files, and folders of files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from visualtaste.errors import DataError


def find_photos(paths: Iterable[Path]) -> list[Path]:
    """The given files as they are, and for each folder the images directly inside it, by name.

    Raises DataError when a folder has none: it is more likely a mistake than a wish.
    """
    return [photo for path in paths for photo in (_images_in(path) if path.is_dir() else [path])]


def _images_in(folder: Path) -> list[Path]:
    from visualtaste.data.images import IMAGE_SUFFIXES

    try:
        files = sorted(folder.iterdir())
    except OSError as error:
        raise DataError(f"{folder} cannot be read: {error.strerror}") from None
    # hidden ones are what other systems leave beside the images
    images = [file for file in files if file.suffix.lower() in IMAGE_SUFFIXES and not file.name.startswith(".")]
    if not images:
        raise DataError(
            f"{folder} holds no images ({', '.join(IMAGE_SUFFIXES)}): give photos, or the folder they are in"
        )
    return images
