import numpy as np
import onnx
import pytest
import torch

from support.pooled_model import FEATURES, scattered_interests
from visualtaste.artifact.folder import read_manifest
from visualtaste.artifact.manifest import TasteManifest
from visualtaste.config import POOLING_TITLES, InterestsSettings
from visualtaste.export.interests import export_interests
from visualtaste.features.session import open_session
from visualtaste.models.interests import InterestsModel

K, D = 12, 7


@pytest.fixture(scope="module", params=POOLING_TITLES)
def exported(request, pooled_model_folder):
    """A model away from where it starts, in both forms."""
    folder = pooled_model_folder(request.param)
    path = folder / "interests.onnx"
    assert "ScatterND" not in operators(path)  # whose threads lose sums
    return scattered_interests(read_manifest(folder, TasteManifest).config), open_session(path)


def operators(path):
    return {node.op_type for node in onnx.load(path).graph.node}


@pytest.mark.parametrize("lengths", [[1], [4], [1, 1], [2, 7, 1, 3]])
def test_onnx_predicts_what_torch_predicts(exported, lengths):
    model, session = exported
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    features = 3 * np.random.default_rng(0).normal(size=(sum(lengths), FEATURES)).astype(np.float32)
    with torch.no_grad():
        expected, weights = model.predict(torch.from_numpy(features), torch.from_numpy(offsets))
    feed = {"features": features, "offsets": offsets}
    probabilities, attention = session.run(["probabilities", "attention"], feed)
    assert probabilities.dtype == attention.dtype == np.float32
    assert probabilities.shape == expected.shape
    np.testing.assert_allclose(probabilities, expected, atol=1e-5)
    np.testing.assert_allclose(attention, weights, atol=1e-5)


@pytest.mark.parametrize("calibrate", [True, False])
def test_probabilities_are_calibrated_where_the_settings_say_so(calibrate):
    torch.manual_seed(0)
    settings = InterestsSettings(pooling="average", hidden=4, positive_weight=36, calibrate=calibrate)
    model = InterestsModel(K, D, settings).eval()
    model.shift.fill_(0.7)
    features, offsets = torch.randn(3, K), torch.tensor([0, 1, 3])
    with torch.no_grad():
        raw = model(features, offsets)[0]
        expected = torch.sigmoid(raw - np.log(36) + 0.7) if calibrate else torch.sigmoid(raw)
        torch.testing.assert_close(model.predict(features, offsets)[0], expected)


@pytest.mark.parametrize("pooling", ["average", "max", "category_attention", "netfv"])
def test_no_sum_is_left_to_threads_that_race(tmp_path, pooling):
    """ONNX Runtime's ScatterND loses sums on several threads; every answer must be that of one thread, every time."""
    model = InterestsModel(256, D, InterestsSettings(pooling=pooling, hidden=16, clusters=4, reduced=16)).eval()
    export_interests(model, tmp_path / "interests.onnx")
    lengths = np.random.default_rng(0).integers(1, 30, 300)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    features = np.random.default_rng(1).random((offsets[-1], 256), dtype=np.float32)
    feed = {"features": features, "offsets": offsets}
    expected = open_session(tmp_path / "interests.onnx", threads=1).run(None, feed)
    many = open_session(tmp_path / "interests.onnx", threads=4)
    for _ in range(20):
        for ours, theirs in zip(many.run(None, feed), expected, strict=True):
            np.testing.assert_allclose(ours, theirs, atol=1e-6)
