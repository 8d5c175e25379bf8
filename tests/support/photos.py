"""Photos of one colour."""

from __future__ import annotations

from pathlib import Path

from PIL import Image


def save_photo(path: Path, colour: tuple[int, int, int], size: tuple[int, int] = (40, 40)) -> Path:
    """Write a photo of one colour; the ending of `path` chooses the format."""
    Image.new("RGB", size, colour).save(path)
    return path
