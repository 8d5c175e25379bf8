"""One model, every form of it: the same photos give the same features and the same probabilities."""

import shutil
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch

from support.exportable_model import SIZE
from visualtaste.export.agreement import Agreement
from visualtaste.features.preprocessing import load_pixels
from visualtaste.inference.taste_model import TasteModel
from visualtaste.models.encoder import load_encoder
from visualtaste.models.interests import load_interests
from visualtaste.types import Ragged

GOLDEN = Path(__file__).parents[1] / "golden" / "photos"

needs_executorch = pytest.mark.skipif(find_spec("executorch") is None, reason="pip install 'visualtaste[mobile]'")


@pytest.fixture(scope="module")
def folder(int8_model_folder):
    return int8_model_folder


@pytest.fixture(scope="module")
def pixels(folder):
    """The golden photos; then black, white, one hue, stripes of a pixel, a gradient, noise."""
    spec = TasteModel.load(folder).manifest.preprocessing
    golden = np.stack([load_pixels(path, spec) for path in sorted(GOLDEN.iterdir())])
    made = np.zeros((6, SIZE, SIZE, 3), dtype=np.uint8)
    made[1] = 255
    made[2, :, :, 0] = 255
    made[3, ::2] = 255
    made[4] = np.linspace(0, 255, SIZE, dtype=np.uint8)[:, None]
    made[5] = np.random.default_rng(0).integers(0, 256, made[5].shape)
    return np.concatenate([golden, made])


@pytest.fixture(scope="module")
def features(folder, pixels):
    """What PyTorch says."""
    encoder = load_encoder(folder, TasteModel.load(folder).manifest.preprocessing)
    with torch.inference_mode():
        return encoder(torch.from_numpy(pixels)).numpy()


@pytest.mark.parametrize(("precision", "least"), [("float32", 0.9999), ("int8", 0.99)])
def test_onnx_makes_the_features_of_pytorch(folder, pixels, features, precision, least):
    encoder = TasteModel.load(folder, precision).encoder
    together = encoder.encode(pixels)
    assert Agreement.of(together, features).worst >= least
    alone = np.concatenate([encoder.encode(pixels[i : i + 1]) for i in range(len(pixels))])
    np.testing.assert_allclose(alone, together, atol=1e-5)


def test_int8_gives_nearly_the_same_probabilities(folder, pixels):
    said = []
    for precision in ("float32", "int8"):
        model = TasteModel.load(folder, precision)
        sets = Ragged(model.encoder.encode(pixels), np.array([0, len(pixels)]))
        said.append(model.predict(sets).probabilities)
    np.testing.assert_allclose(*said, atol=0.02)


@needs_executorch
def test_executorch_makes_the_features_of_pytorch(folder, pixels, features, tmp_path):
    from visualtaste.export.mobile.export import export_executorch
    from visualtaste.export.mobile.program import Program

    copy = shutil.copytree(folder, tmp_path / "model")
    record = export_executorch(copy)
    assert record == TasteModel.load(copy).manifest.exports.executorch
    assert TasteModel.load(copy, "int8").manifest.exports.int8  # which the folder had before
    program = Program(copy / record.encoder_file)
    made = np.concatenate([program(torch.from_numpy(photo[None])).numpy() for photo in pixels])
    assert Agreement.of(made, features).worst >= 0.9999
    interests = Program(copy / record.interests_file)(torch.from_numpy(features)).numpy()
    expected = TasteModel.load(copy).predict(Ragged(features, np.array([0, len(features)]))).probabilities[0]
    np.testing.assert_allclose(interests, expected, atol=1e-5)


@needs_executorch
@pytest.mark.parametrize("pooling", ["attention2_gating_bn", "max", "pma", "category_attention", "netfv"])
def test_poolings_of_every_kind_run_on_a_phone(pooled_model_folder, pooling, tmp_path):
    from visualtaste.export.mobile.export import LARGEST_GAP, MAX_PHOTOS, _compare_probabilities, _OneUser
    from visualtaste.export.mobile.program import Program, write_program

    model = TasteModel.load(pooled_model_folder(pooling))
    settings = model.manifest.config.interests
    network = load_interests(
        model.folder / "interests.safetensors", model.manifest.feature_size, len(model.categories), settings
    )
    example = torch.zeros(7, model.manifest.feature_size)
    write_program(_OneUser(network), example, tmp_path / "interests.pte", {0: ("photos", MAX_PHOTOS)})
    assert _compare_probabilities(Program(tmp_path / "interests.pte"), network) <= LARGEST_GAP
