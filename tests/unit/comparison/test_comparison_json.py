import json

import numpy as np
import pytest

from support.made_up_comparison import make_comparison
from visualtaste.comparison.comparison_json import to_json


@pytest.fixture(scope="module")
def result():
    return make_comparison(8, users=60)


@pytest.fixture(scope="module")
def found(result):
    return json.loads(json.dumps(to_json(result), allow_nan=False))


def test_what_the_evaluation_found_is_in_it(result, found):
    assert found["schema_version"] == 1
    assert (found["folds"], found["seeds"], found["trials"]) == (5, 3, 20)
    assert list(found["protocols"]) == ["observed", "held-out", "new-interests"]
    for name, compared in result.protocols.items():
        assert found["protocols"][name]["evaluation"] == json.loads(json.dumps(compared.evaluation.to_json()))
        assert found["protocols"][name]["photos"] == compared.photos


def test_what_belongs_to_a_method_alone(result, found):
    contender = result.protocols["held-out"].contenders["average"]
    told = found["protocols"]["held-out"]["contenders"]["average"]
    assert told["cost"]["training_seconds"] == contender.cost.training_seconds
    assert told["settings"] == contender.settings
    assert (told["family"], told["group"], told["sees"]) == ("features", "features", ["pictures"])
    assert (told["seeds"], told["seed_spread"]) == (3, contender.seed_spread)
    assert found["protocols"]["held-out"]["contenders"]["popularity"]["seed_spread"] is None


def test_calibration_can_be_added_up_and_drawn(result, found):
    contender = result.protocols["held-out"].contenders["noisy_or"]
    told = found["protocols"]["held-out"]["contenders"]["noisy_or"]["calibration"]
    counts, predicted, wanted = (np.array(told["sums"][key]) for key in ("counts", "predicted", "wanted"))
    assert counts.sum() == 60 * 60  # users and categories
    assert told["ece"] == pytest.approx(np.abs(predicted - wanted).sum() / counts.sum())
    assert told["brier"] == pytest.approx(told["sums"]["squares"] / counts.sum())
    full = counts > 0
    assert told["reliability"]["pairs"] == counts[full].tolist()
    np.testing.assert_allclose(told["reliability"]["wanted"], wanted[full] / counts[full], atol=1e-6)
    assert contender.calibration.log_loss == told["log_loss"]


def test_methods_given_the_answer_are_flagged_and_compared_with_nothing(found):
    observed, held_out = (found["protocols"][name]["contenders"] for name in ("observed", "held-out"))
    for name in ("ease_categories", "fm_everything"):
        assert observed[name]["given_the_answer"] is True
        assert observed[name]["simultaneous_difference_to_reference"] is None
        assert held_out[name]["given_the_answer"] is False
        assert held_out[name]["simultaneous_difference_to_reference"]["p"] <= 1
    assert found["protocols"]["observed"]["best"] not in ("ease_categories", "fm_everything")
    assert held_out["average"]["simultaneous_difference_to_reference"] is None  # the reference


def test_the_studies(result, found):
    assert len(found["weights"]) == len(result.weights)
    assert found["weights"][0]["difference_to_weight_1"] is None
    assert found["weights"][1]["raw"]["ece"] == result.weights[1].raw.ece
    assert found["augmentation"][0]["difference"]["value"] == 0.014
