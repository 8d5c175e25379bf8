"""docs/reference/preprocessing.md, computed: what the page says agrees with what we do, and its numbers are right."""

import re
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from support.written_preprocessing import decoded_size, from_inks, on_white, stretched, turned, weights
from visualtaste.data.images import MAX_PIXELS, decode
from visualtaste.features.preprocessing import PreprocessingSpec, load_pixels

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "reference" / "preprocessing.md").read_text(encoding="utf-8")
FLAT = " ".join(line.removeprefix("> ") for line in PAGE.splitlines())
PHOTOS = ROOT / "tests" / "golden" / "photos"
RANDOM = np.random.default_rng(0)


def noise(height, width, channels=3):
    return RANDOM.integers(0, 256, (height, width, channels), dtype=np.uint8)


def encoded(pixels, kind="PNG", mode=None, **options):
    stream = BytesIO()
    image = Image.fromarray(pixels)
    (image.convert(mode) if mode else image).save(stream, kind, **options)
    return stream.getvalue()


def says(text):
    """The page has this text, its line breaks aside."""
    assert text in FLAT, text


@pytest.mark.parametrize(
    ("height", "width"), [(45, 61), (61, 45), (33, 33), (1, 90), (90, 1), (1, 1), (32, 200), (31, 300), (500, 37)]
)
def test_the_written_filter_is_the_one_that_stretches(height, width):
    pixels = noise(height, width)
    np.testing.assert_array_equal(load_pixels(encoded(pixels), PreprocessingSpec(size=32)), stretched(pixels, 32))


def test_the_example_of_the_filter():
    row = np.tile(np.array([0, 100, 200, 40, 80, 250], dtype=np.uint8), 8)
    pixels = np.repeat(np.repeat(row[None, :, None], 32, axis=0), 3, axis=2)
    found = load_pixels(encoded(pixels), PreprocessingSpec(size=32))[7, :6, 1].tolist()
    says(f"The first six outputs are {', '.join(map(str, found))}.")
    (first, two), (second, three) = (weights(48, 32, x) for x in (0, 1))
    assert (first, second) == (0, 1)
    says(f"centre at 0.75 and the weights {two[0]:.4f} and {two[1]:.4f}: {found[0]}.")
    says(f"weights {three[0]:.4f}, {three[1]:.4f} and {three[2]:.4f} of pixels 1 to 3: {found[1]}.")


def test_the_example_of_the_network():
    spec = PreprocessingSpec()
    assert (spec.mean[0], spec.std[0], spec.version, spec.size) == (0.5, 0.5, 1, 224)
    says(f"200 becomes {(200 / 255 - 0.5) / 0.5:.4f} and 0 becomes \N{MINUS SIGN}1.")
    says(f'"resize": "{spec.resize}"')


def test_the_sizes_at_which_a_jpeg_is_decoded():
    table = re.findall(r"^\| (\d+) x (\d+) \| (\d+) \| (?:\d|none) \| (\d+) x (\d+) \|$", PAGE, flags=re.MULTILINE)
    assert len(table) == 5
    for row in table:
        width, height, size, *decoded = map(int, row)
        found = decode(encoded(noise(height, width), "JPEG"), at_least=size)
        assert (found.shape[1], found.shape[0]) == tuple(decoded) == decoded_size(width, height, size)


@pytest.mark.parametrize("seed", range(8))
def test_the_written_scale_is_the_one_that_is_chosen(seed):
    random = np.random.default_rng(seed)
    width, height, size = (int(side) for side in random.integers(1, 300, 3))
    found = decode(encoded(noise(height, width), "JPEG"), at_least=size)
    assert (found.shape[1], found.shape[0]) == decoded_size(width, height, size)


@pytest.mark.parametrize("n", [1, 2, 4])
def test_a_scaled_jpeg_is_made_of_averages(n):
    content = encoded(RANDOM.integers(60, 196, (64, 64), dtype=np.uint8), "JPEG", quality=95)  # nothing is clipped
    whole, scaled = decode(content), decode(content, at_least=8 * n)
    averages = whole[..., 0].reshape(8 * n, 8 // n, 8 * n, 8 // n).mean(axis=(1, 3))
    assert np.abs(scaled[..., 0] - averages).max() < 1


def test_a_jpeg_at_three_eighths_is_made_of_its_lowest_coefficients():
    content = encoded(RANDOM.integers(60, 196, (64, 64), dtype=np.uint8), "JPEG", quality=95)
    whole, scaled = decode(content)[..., 0].astype(float), decode(content, at_least=24)[..., 0]
    eight, three = cosines(8), cosines(3)
    for row in range(8):
        for column in range(8):
            block = whole[8 * row : 8 * row + 8, 8 * column : 8 * column + 8]
            coefficients = (eight @ block @ eight.T)[:3, :3]
            expected = three.T @ coefficients @ three * 3 / 8
            assert np.abs(scaled[3 * row : 3 * row + 3, 3 * column : 3 * column + 3] - expected).max() < 1


def cosines(points):
    """The orthonormal DCT of so many points, as a matrix."""
    u, x = np.arange(points)[:, None], np.arange(points)
    return np.sqrt(np.where(u == 0, 1, 2) / points) * np.cos((2 * x + 1) * u * np.pi / (2 * points))


def test_transparency_and_inks():
    pixels = noise(20, 20, 4)
    np.testing.assert_array_equal(decode(encoded(pixels)), on_white(pixels))
    content = (PHOTOS / "cmyk.jpg").read_bytes()
    inks = np.asarray(Image.open(BytesIO(content)))  # Pillow has taken them from 255
    np.testing.assert_array_equal(decode(content), from_inks(inks))


def test_sixteen_bits():
    values = RANDOM.integers(0, 65536, (9, 9), dtype=np.uint16)
    expected = ((values.astype(int) + 128) // 257)[..., None].repeat(3, axis=2)
    np.testing.assert_array_equal(decode(encoded(values)), expected)
    high = decode((PHOTOS / "interlaced.png").read_bytes())  # the picture, whose 16-bit form has noise in its low bytes
    np.testing.assert_array_equal(decode((PHOTOS / "rgb16.png").read_bytes()), high)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_table_of_orientations(orientation):
    stored = decode((PHOTOS / "orientation_1.jpg").read_bytes())
    shown = decode((PHOTOS / f"orientation_{orientation}.jpg").read_bytes())
    np.testing.assert_array_equal(shown, turned(stored, orientation))


def test_the_limit_of_pixels():
    says(f"more than {MAX_PIXELS:,} pixels")
