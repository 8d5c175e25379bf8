import numpy as np
import pytest

from support.many_photos import write_many_photos
from visualtaste.features import encoding
from visualtaste.features.encoder import OnnxEncoder
from visualtaste.features.encoding import encode_here
from visualtaste.features.preprocessing import PreprocessingSpec


@pytest.fixture
def encoder(tiny_encoder_folder):
    return OnnxEncoder(tiny_encoder_folder / "encoder.onnx", PreprocessingSpec(size=32))


@pytest.fixture
def photos(tmp_path):
    found = list(write_many_photos(tmp_path / "data", 9).image_paths)
    found[4] = None
    return found


@pytest.mark.parametrize("cores", [1, 2, 3, 16])
@pytest.mark.parametrize("count", [0, 1, 2, 5, 9])
def test_however_the_work_is_shared_out_it_is_the_same(monkeypatch, encoder, photos, cores, count):
    monkeypatch.setattr(encoding, "usable_cores", lambda: cores)
    monkeypatch.setattr(encoding, "BATCH", 2)
    rows = np.array([8, 4, 1, 0, 7, 6, 5, 3, 2])[:count]
    batches = list(encode_here(photos, rows, encoder))
    done = [int(row) for batch in batches for row in batch.rows]
    assert done == [row for row in rows if row != 4]
    assert {row for batch in batches for row in batch.failures} == {4} & set(rows.tolist())
    for batch in batches:
        np.testing.assert_allclose(batch.features[:, 0], batch.rows / 255, rtol=1e-5)


def test_a_batch_is_encoded_as_its_photos_are_one_by_one(encoder):
    pixels = np.random.default_rng(0).integers(0, 256, (11, 32, 32, 3), dtype=np.uint8)
    together = encoder.encode(pixels)
    np.testing.assert_allclose(together, np.concatenate([encoder.encode(one[None]) for one in pixels]), atol=1e-6)
    assert encoder.encode(pixels[:0]).shape == (0, encoder.feature_size)


def test_one_core_has_an_encoder_of_its_own_which_is_its_own(encoder):
    alone = encoder.on_one_core
    assert alone is not encoder
    assert alone.on_one_core is alone
    assert alone.key == encoder.key
