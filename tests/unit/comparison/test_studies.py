import pytest

from support.outcomes import FAILED, calibration, outcome, result
from visualtaste.comparison.choice import Chosen
from visualtaste.comparison.entries import networks
from visualtaste.comparison.plan import plan_augmentation, plan_weights
from visualtaste.comparison.studies import study_augmentation, study_weights
from visualtaste.config import InterestsSettings
from visualtaste.errors import TrainingError

AVERAGE, GATING = (
    next(one for one in networks(InterestsSettings(hidden=8)) if one.name == name)
    for name in ("average", "attention2_gating")
)
CHOSEN = [
    Chosen(AVERAGE, "observed", {}),
    Chosen(AVERAGE, "held-out", {}),
    Chosen(GATING, "held-out", {}),
]
# tenths of F1 of the two users of the first fold and the one of the second, by weight
HITS = {72.0: [[0, 1], [2]], 1.0: [[2, 2], [2]], 10.0: [[3, 1], [5]]}


def weighed(weight, fold, protocol):
    return result(
        outcome(
            HITS[weight][fold],
            protocol,
            calibrated=calibration(0.5, [True]),
            raw=calibration(0.8, [False]),
            corrected=calibration(0.4, [False, False]),
        )
    )


@pytest.fixture(scope="module")
def planned():
    return {weight: plan_weights(CHOSEN, [0, 1], weight) for weight in HITS}


@pytest.fixture(scope="module")
def results(planned):
    return {
        cell.job: weighed(weight, cell.fold, cell.choice.protocol)
        for weight, cells in planned.items()
        for cell in cells
    }


def test_every_method_and_protocol_lightest_weight_first(planned, results):
    points = study_weights(planned, results, seed=0)
    assert [(point.method, point.protocol, point.weight) for point in points] == [
        (choice.entry.title, choice.protocol, weight) for choice in CHOSEN for weight in (1.0, 10.0, 72.0)
    ]


def test_differences_are_to_the_lightest_weight_on_the_same_users(planned, results):
    light, middle, heavy = study_weights(planned, results, seed=0)[:3]
    assert [point.f1.value for point in (light, middle, heavy)] == pytest.approx([0.2, 0.3, 0.1])
    assert light.difference is None
    assert middle.difference.value == pytest.approx((0.1 - 0.1 + 0.3) / 3)
    assert heavy.difference.value == pytest.approx((-0.2 - 0.1 + 0) / 3)
    assert (heavy.difference.low, heavy.difference.high) == (pytest.approx(-0.2), pytest.approx(0))
    assert light.f1.low == light.f1.high == pytest.approx(0.2), "all users are alike: nothing to be unsure of"


def test_calibrations_of_all_folds_add_up_by_what_is_left_of_them(planned, results):
    point = study_weights(planned, results, seed=0)[0]
    assert (point.raw.pairs, point.corrected.pairs, point.shifted.pairs) == (2, 4, 2)
    assert [one.brier for one in (point.raw, point.corrected, point.shifted)] == pytest.approx([0.64, 0.16, 0.25])


def test_a_failed_training_of_a_study_is_named(planned, results):
    failed = planned[10.0][1]
    with pytest.raises(TrainingError, match=r"Average of a study, fold 1: the loss is not a number"):
        study_weights(planned, results | {failed.job: FAILED}, seed=0)


def test_no_weights_no_points():
    assert study_weights({}, {}, seed=0) == ()
    assert study_weights({1.0: []}, {}, seed=0) == ()


def test_what_random_parts_bring_is_paired_by_user():
    without, augmented = (plan_augmentation(CHOSEN, [0, 1], subsets) for subsets in (False, True))
    found = {cell.job: result(outcome([[1, 2], [3]][cell.fold], cell.choice.protocol)) for cell in without}
    found |= {cell.job: result(outcome([[2, 1], [5]][cell.fold], cell.choice.protocol)) for cell in augmented}
    points = study_augmentation(without, augmented, found, seed=0)
    assert [(point.method, point.protocol) for point in points] == [
        (choice.entry.title, choice.protocol) for choice in CHOSEN
    ]
    for point in points:
        assert point.without.value == pytest.approx(0.2)
        assert point.augmented.value == pytest.approx(0.8 / 3)
        assert point.difference.value == pytest.approx((0.1 - 0.1 + 0.2) / 3)
        assert point.difference.high == pytest.approx(0.2)


def test_no_augmentation_no_points():
    assert study_augmentation([], [], {}, seed=0) == ()
