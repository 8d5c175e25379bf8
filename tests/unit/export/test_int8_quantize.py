import errno

import numpy as np
import pytest

from support.exportable_model import SIZE
from support.full_disk import files_of_at_most
from visualtaste.export.int8.quantize import quantize_encoder
from visualtaste.features.encoder import OnnxEncoder
from visualtaste.features.preprocessing import PreprocessingSpec
from visualtaste.progress import Silent

PIXELS = np.random.default_rng(0).integers(0, 256, (8, SIZE, SIZE, 3), dtype=np.uint8)


def test_a_full_disk_is_said_in_one_error_with_a_place(exportable_folder, tmp_path, caplog):
    with (
        Silent().task("", 16) as task,
        files_of_at_most(1000),
        pytest.raises(OSError, match="visualtaste-int8-") as full,
    ):
        quantize_encoder(exportable_folder / "model" / "encoder.onnx", tmp_path / "int8.onnx", PIXELS, task)
    assert full.value.errno == errno.EFBIG
    assert caplog.text == ""
    assert list(tmp_path.iterdir()) == []


def test_a_network_without_convolutions_behind_the_first_layer_is_quantized_too(tiny_model_folder, tmp_path):
    """Transformers have none: between the layers there is nothing for the rounding to look at."""
    exact = tiny_model_folder / "encoder.onnx"
    with Silent().task("", 16) as task:
        quantize_encoder(exact, tmp_path / "int8.onnx", PIXELS, task)
    spec = PreprocessingSpec(size=SIZE)
    expected, features = (OnnxEncoder(path, spec).encode(PIXELS) for path in (exact, tmp_path / "int8.onnx"))
    np.testing.assert_allclose(features, expected, atol=0.02)
