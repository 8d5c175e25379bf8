import numpy as np
import onnx
import pytest

from visualtaste.config import EncoderSettings
from visualtaste.export.encoder import export_encoder
from visualtaste.export.int8.scaling import without_scaling
from visualtaste.features.session import open_session
from visualtaste.models.encoder import make_encoder

SCRATCH = EncoderSettings(scratch={"depth_multiplier": 0.25}, image_size=32)


@pytest.fixture(scope="module")
def encoder_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("encoder") / "encoder.onnx"
    export_encoder(make_encoder(SCRATCH), path)
    return path


def test_the_first_convolution_reads_pixels_and_computes_the_same(encoder_file, tmp_path):
    network = without_scaling(onnx.load(encoder_file))
    assert network.levels == (1 / 255, 128)  # (pixel / 255 - 0.5) / 0.5
    assert {"Cast", "Sub", "Div"}.isdisjoint(node.op_type for node in network.model.graph.node)
    onnx.save(network.model, tmp_path / "folded.onnx")
    pixels = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), dtype=np.uint8)
    (expected,) = open_session(encoder_file).run(None, {"pixels": pixels})
    (features,) = open_session(tmp_path / "folded.onnx").run(None, network.feed(pixels))
    np.testing.assert_allclose(features, expected, atol=2e-3 * np.abs(expected).max())  # of the border


def test_a_network_that_begins_otherwise_stays_as_it_is(tiny_model_folder):
    model = onnx.load(tiny_model_folder / "encoder.onnx")
    before = model.SerializeToString()
    network = without_scaling(model)
    assert network.levels is None
    assert network.model.SerializeToString() == before
    pixels = np.zeros((1, 32, 32, 3), dtype=np.uint8)
    assert network.feed(pixels) == {"pixels": pixels}
