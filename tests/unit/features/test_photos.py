import io

import numpy as np
import pytest
from PIL import Image

from visualtaste.errors import ImageError
from visualtaste.features.photos import load_batch, load_batches
from visualtaste.features.preprocessing import PreprocessingSpec, load_pixels

SPEC = PreprocessingSpec(size=32)


def _png(color, size=(32, 32)):
    stream = io.BytesIO()
    Image.new("RGB", size, color).save(stream, "PNG")
    return stream.getvalue()


def test_a_photo_of_the_right_size_is_left_as_it_is():
    pixels = load_pixels(_png((10, 200, 30)), SPEC)
    assert pixels.shape == (32, 32, 3)
    assert pixels.dtype == np.uint8
    np.testing.assert_array_equal(pixels[5, 7], [10, 200, 30])


def test_a_photo_is_stretched_and_shrinking_averages_all_its_pixels():
    stripes = np.zeros((320, 64, 3), dtype=np.uint8)
    stripes[::2] = 255  # every other row: skipping rows would see black or white, averaging sees grey
    stream = io.BytesIO()
    Image.fromarray(stripes).save(stream, "PNG")
    pixels = load_pixels(stream.getvalue(), SPEC)
    assert pixels.shape == (32, 32, 3)
    assert np.all(np.abs(pixels[4:-4].astype(int) - 127) <= 3)


def test_path_and_bytes_give_the_same_pixels(tmp_path):
    (tmp_path / "a.png").write_bytes(_png((1, 2, 3), (50, 40)))
    np.testing.assert_array_equal(
        load_pixels(tmp_path / "a.png", SPEC), load_pixels((tmp_path / "a.png").read_bytes(), SPEC)
    )


def test_batches_keep_the_order_and_set_unreadable_photos_aside(tmp_path):
    for number in range(5):
        (tmp_path / f"{number}.png").write_bytes(_png((number, 0, 0)))
    (tmp_path / "3.png").write_bytes(b"no picture")
    paths = [tmp_path / f"{number}.png" for number in range(5)] + [None]
    batches = list(load_batches(paths, np.array([4, 3, 0, 5, 1]), SPEC, batch_size=3))
    assert [batch.rows.tolist() for batch in batches] == [[4, 0], [1]]
    assert [batch.pixels[:, 0, 0, 0].tolist() for batch in batches] == [[4, 0], [1]]
    assert {row: error.reason for batch in batches for row, error in batch.failures.items()} == {
        3: "not-an-image",
        5: "missing",
    }


def test_a_batch_read_here_is_the_one_read_ahead(tmp_path):
    (tmp_path / "0.png").write_bytes(_png((7, 0, 0)))
    paths = [tmp_path / "0.png", None, _png((9, 0, 0))]
    here = load_batch(paths, np.array([2, 1, 0]), SPEC)
    (ahead,) = load_batches(paths, np.array([2, 1, 0]), SPEC, batch_size=3)
    assert here.rows.tolist() == ahead.rows.tolist() == [2, 0]
    np.testing.assert_array_equal(here.pixels, ahead.pixels)
    assert here.failures.keys() == ahead.failures.keys() == {1}


def test_a_batch_without_one_readable_photo_is_empty():
    (batch,) = load_batches([None], np.array([0]), SPEC, batch_size=8)
    assert batch.pixels.shape == (0, 32, 32, 3)


def test_an_unreadable_photo_names_itself(tmp_path):
    with pytest.raises(ImageError, match=r"nowhere\.jpg"):
        load_pixels(tmp_path / "nowhere.jpg", SPEC)
