import numpy as np
import pytest
import torch

from visualtaste.config import POOLING_TITLES, InterestsSettings
from visualtaste.export.interests import export_interests
from visualtaste.features.session import open_session
from visualtaste.models.interests import InterestsModel

K, D = 12, 7


@pytest.fixture(scope="module", params=POOLING_TITLES)
def exported(request, tmp_path_factory):
    """A model away from where it starts, in both forms."""
    torch.manual_seed(1)
    model = InterestsModel(K, D, InterestsSettings(pooling=request.param, hidden=16))
    with torch.no_grad():
        for parameter in model.pooling.parameters():
            parameter.copy_(torch.randn(parameter.shape))
    model.standardise(torch.randn(K), torch.rand(K) + 0.5)
    model.shift.fill_(0.7)
    path = tmp_path_factory.mktemp("onnx") / "interests.onnx"
    export_interests(model, path)
    return model.eval(), open_session(path)


@pytest.mark.parametrize("lengths", [[1], [4], [1, 1], [2, 7, 1, 3]])
def test_onnx_predicts_what_torch_predicts(exported, lengths):
    model, session = exported
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    features = 3 * np.random.default_rng(0).normal(size=(sum(lengths), K)).astype(np.float32)
    with torch.no_grad():
        expected, weights = model.predict(torch.from_numpy(features), torch.from_numpy(offsets))
    feed = {"features": features, "offsets": offsets}
    probabilities, attention = session.run(["probabilities", "attention"], feed)
    assert probabilities.dtype == attention.dtype == np.float32
    assert probabilities.shape == (len(lengths), D)
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
