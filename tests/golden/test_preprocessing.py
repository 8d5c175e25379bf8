"""Awkward photos give the pixels that were pinned, and awkward files are refused: docs/reference/preprocessing.md."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from visualtaste.errors import ImageError
from visualtaste.features.preprocessing import PreprocessingSpec, load_pixels

HERE = Path(__file__).parent
PHOTOS = sorted((HERE / "photos").iterdir())
QUADRANTS = json.loads((HERE / "expected" / "quadrants_at_224.json").read_text())
ROUNDED = {".jpg", "_lossy.webp", "animated.webp"}  # decoders may round these differently on other processors

REFUSED = {
    "truncated.jpg": "truncated",
    "truncated_progressive.jpg": "truncated",
    "truncated.png": "truncated",
    "truncated.webp": "truncated",
    "empty.jpg": "empty",
    "error_page.jpg": "not-an-image",
    "phone.heic": "unsupported",
    "scan.tiff": "unsupported",
    "bomb.png": "too-large",
    "bomb.jpg": "too-large",
}


def pinned(name):
    return np.asarray(Image.open(HERE / "expected" / f"{name}.png")).astype(int)


@pytest.mark.parametrize("photo", PHOTOS, ids=lambda photo: photo.name)
def test_a_photo_gives_the_pixels_that_were_pinned(photo):
    pixels = load_pixels(photo, PreprocessingSpec(size=48))
    assert pixels.shape == (48, 48, 3)
    assert pixels.dtype == np.uint8
    allowed = 1 if any(photo.name.endswith(ending) for ending in ROUNDED) else 0
    assert np.abs(pixels - pinned(photo.name)).max() <= allowed


@pytest.mark.parametrize("photo", PHOTOS, ids=lambda photo: photo.name)
def test_a_photo_at_the_usual_size_has_the_pinned_colours_in_its_quadrants(photo):
    pixels = load_pixels(photo, PreprocessingSpec(size=224))
    quadrants = pixels.reshape(2, 112, 2, 112, 3).mean(axis=(1, 3)).reshape(4, 3)
    np.testing.assert_allclose(quadrants, QUADRANTS[photo.name], atol=0.1)


def test_every_photo_is_pinned_and_every_pin_has_its_photo():
    names = {photo.name for photo in PHOTOS}
    assert {path.name.removesuffix(".png") for path in (HERE / "expected").glob("*.png")} == names
    assert QUADRANTS.keys() == names
    assert {path.name for path in (HERE / "refused").iterdir()} == REFUSED.keys()


def test_all_orientations_show_the_same_picture_differently_stored():
    """The files store one picture; upright, each is another one of its eight turns."""
    shown = [pinned(f"orientation_{number}.jpg") for number in range(1, 9)]
    assert all(np.abs(a - b).mean() > 5 for i, a in enumerate(shown) for b in shown[:i])


@pytest.mark.parametrize(
    "name", ["damaged_exif.jpg", "exif_orientation_9.jpg", "icc_swapped.jpg", "trailing_garbage.jpg"]
)
def test_what_is_ignored_changes_no_pixel(name):
    np.testing.assert_array_equal(pinned(name), pinned("orientation_1.jpg"))


@pytest.mark.parametrize(("name", "reason"), REFUSED.items())
def test_a_file_that_is_no_whole_photo_is_refused(name, reason):
    path = HERE / "refused" / name
    with pytest.raises(ImageError) as caught:
        load_pixels(path, PreprocessingSpec(size=48))
    assert caught.value.reason == reason
    assert str(caught.value).startswith(str(path))
