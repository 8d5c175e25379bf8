from dataclasses import replace

import numpy as np
import pytest
import torch

from support.worlds import assert_parity, checkerboard
from visualtaste.comparison.network import Network
from visualtaste.types import Ragged

SHOWN = Ragged.from_rows([[0, 2, 4], [1, 3, 5, 7]])
WEIGHT = 10.0


def learned(**settings):
    """Validated on some of the users who train: to calibrate, not to stop, that will do."""
    lesson = checkerboard()
    lesson = replace(lesson, validation=lesson.train.take(np.arange(6)))
    small = {"hidden": 16, "reduced": 8, "clusters": 4, "epochs": 30, "patience": None, "precision": "float32"}
    return Network(**(small | {"positive_weight": WEIGHT} | settings)).fit(lesson, seed=0)


@pytest.fixture(scope="module")
def fitted():
    return learned(pooling="average", learning_rate=0.01)


def test_photos_of_one_kind_say_that_kind(fitted):
    assert_parity(fitted.scores(SHOWN))


def test_scores_are_what_the_model_predicts(fitted):
    features = torch.from_numpy(checkerboard().catalogue.features[SHOWN.values]).float()
    with torch.no_grad():
        expected, _ = fitted.model.predict(features, torch.from_numpy(SHOWN.offsets))
    np.testing.assert_allclose(fitted.scores(SHOWN), expected.numpy(), rtol=1e-5)


def odds(probabilities):
    return probabilities / (1 - probabilities)


def test_correcting_divides_the_odds_by_the_weight(fitted):
    found = fitted.uncalibrated(SHOWN)
    assert list(found) == ["raw", "corrected"]
    np.testing.assert_allclose(odds(found["corrected"]) * WEIGHT, odds(found["raw"]), rtol=1e-3)
    assert fitted.model.shift.item() != 0
    shift = odds(fitted.scores(SHOWN)) / odds(found["corrected"])
    np.testing.assert_allclose(shift, np.exp(fitted.model.shift.item()), rtol=1e-3)


def test_a_model_that_is_not_calibrated_gives_raw_probabilities():
    fitted = learned(pooling="average", calibrate=False, epochs=1)
    np.testing.assert_array_equal(fitted.scores(SHOWN), fitted.uncalibrated(SHOWN)["raw"])


def test_the_lesson_decides_what_is_learned(monkeypatch):
    seen = []
    import visualtaste.comparison.network as module

    fit = module.fit_interests
    monkeypatch.setattr(module, "fit_interests", lambda data, *rest: seen.append(rest[1].protocol) or fit(data, *rest))
    Network(hidden=4, epochs=1, protocol="held-out", precision="float32").fit(checkerboard(), seed=0)
    assert seen == ["observed"]


@pytest.mark.parametrize(
    ("pooling", "three", "thirty"),
    [
        ("average", 4 * (2 + 2), 4 * (2 + 2)),  # the sum of K = 2 features, and how many
        ("attention2", 2 * 2 * 3, 2 * 2 * 30),  # every photo's two features as half floats
        ("attention2_gating", 2 * 2 * 3, 2 * 2 * 30),
        ("category_attention", 4 * 3 * 12, 4 * 3 * 12),  # three numbers a category
    ],
)
def test_what_is_kept_of_a_user(pooling, three, thirty):
    fitted = learned(pooling=pooling, epochs=1)
    assert (fitted.state_bytes(3), fitted.state_bytes(30)) == (three, thirty)


def test_parameters_are_counted():
    fitted = learned(pooling="average", epochs=1)
    hidden, output = (2 + 1) * 16, (16 + 1) * 12
    assert fitted.parameters == hidden + output
