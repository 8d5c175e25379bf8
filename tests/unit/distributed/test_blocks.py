import numpy as np
import pytest

from support.photos import save_photo
from support.tiny_model import FEATURES, SIZE, encoder_network
from visualtaste.distributed.blocks import Network, decode, decode_and_encode
from visualtaste.errors import ArtifactError
from visualtaste.features.encoder import OnnxEncoder
from visualtaste.features.preprocessing import PreprocessingSpec

SPEC = PreprocessingSpec(size=SIZE)


@pytest.fixture
def network(tiny_encoder_folder):
    return Network.of(OnnxEncoder(tiny_encoder_folder / "encoder.onnx", SPEC))


@pytest.fixture
def block(tmp_path):
    """Rows 7, 8, 9 and 10: a red photo, none, one that is broken, a blue one by its URL."""
    red, broken, blue = (tmp_path / f"{name}.png" for name in ("red", "broken", "blue"))
    save_photo(red, (255, 0, 0))
    broken.write_bytes(b"no picture")
    save_photo(blue, (0, 0, 255))
    photos = np.array([str(red), None, str(broken), f"file://{blue}"], dtype=object)
    return {"row": np.array([7, 8, 9, 10]), "photo": photos}


def test_photos_become_pixels_and_unusable_ones_reasons(block):
    decoded = decode(block, SPEC)
    assert decoded["row"].tolist() == [7, 8, 9, 10]
    assert decoded["reason"].tolist() == ["", "missing", "not-an-image", ""]
    assert "broken.png" in decoded["message"][2]
    assert decoded["pixels"][:, 0, 0].tolist() == [[255, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 255]]


def test_features_are_those_of_the_encoder_and_a_bad_photo_has_none(block, network, tiny_encoder_folder):
    encoded = decode_and_encode(block, network)
    assert encoded["row"].tolist() == [7, 8, 9, 10]
    expected = OnnxEncoder(tiny_encoder_folder / "encoder.onnx", SPEC).encode(decode(block, SPEC)["pixels"][[0, 3]])
    np.testing.assert_allclose(encoded["features"][[0, 3]], expected, rtol=1e-3)
    assert not encoded["features"][[1, 2]].any()


def test_a_block_without_one_usable_photo_has_no_features(network):
    encoded = decode_and_encode({"row": np.array([3]), "photo": np.array([None], dtype=object)}, network)
    assert encoded["features"].shape == (1, FEATURES)
    assert encoded["reason"].tolist() == ["missing"]


def test_a_worker_opens_an_encoder_once_and_another_one_anew(network, tmp_path):
    import onnx

    onnx.save(encoder_network(features=FEATURES + 1), tmp_path / "encoder.onnx")
    other = Network.of(OnnxEncoder(tmp_path / "encoder.onnx", SPEC))
    again = Network(network.key, network.spec, b"never looked at")
    nothing = {"row": np.array([3]), "photo": np.array([None], dtype=object)}
    sizes = [decode_and_encode(nothing, each)["features"].shape[1] for each in (network, again, other)]
    assert sizes == [FEATURES, FEATURES, FEATURES + 1]


def test_a_gpu_that_cannot_be_used_is_an_error_not_a_slow_job(network):
    import onnxruntime

    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this ONNX Runtime computes on GPUs")
    with pytest.raises(ArtifactError, match="onnxruntime-gpu"):
        network.open(gpu=True)
