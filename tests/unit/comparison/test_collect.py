from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest

from support.outcomes import FAILED, calibration, outcome, result
from support.trial_methods import LEVEL, entry
from visualtaste.baselines.known import WithKnownCategories
from visualtaste.comparison.choice import Chosen
from visualtaste.comparison.collect import collect_protocol
from visualtaste.comparison.job import Took
from visualtaste.comparison.plan import plan_cells
from visualtaste.errors import TrainingError
from visualtaste.evaluation.results import Provenance, SkippedUsers

AVERAGE = entry("average", sees={"pictures"}, space=LEVEL, trained=True)
HISTORY = entry("history", sees={"categories"})
POPULARITY = entry("popularity")
KNOWN = WithKnownCategories(strength=2)


def fold(shown, **left_out):
    """What is asked of a fold for: how many photos users showed, and who could not be asked."""
    asked = SimpleNamespace(
        left_out=Counter(left_out), questions=SimpleNamespace(shown=SimpleNamespace(lengths=np.array(shown)))
    )
    return SimpleNamespace(
        dataset=SimpleNamespace(name="shop"),
        catalogue=SimpleNamespace(width=40),
        test_users=None,
        ask=lambda protocol, users: asked,
    )


FOLDS = [fold([2, 4], late=1), fold([9], late=2, early=1)]


def collect(chosen, outcomes, protocol="held-out", seeds=2):
    """`outcomes`: of a name, fold and seed, or of a companion."""
    cells = plan_cells(chosen, [0, 1], seeds)
    found = {}
    for cell in cells:
        of = outcomes[cell.name, cell.fold, cell.seed]
        before = found[cell.job].outcomes if cell.job in found else ()
        found[cell.job] = of if of is FAILED else result(*before, of)
    return collect_protocol(protocol, chosen, cells, found, FOLDS, Provenance(), seed=5)


@pytest.fixture(scope="module")
def compared():
    """Two users in the first fold and one in the second; F1 is a tenth of the hits."""
    chosen = [Chosen(AVERAGE, "held-out", {"level": 0.25}, KNOWN), Chosen(POPULARITY, "held-out", {})]
    took = [Took(10, 0.001, 7, 3_000_000), Took(30, 0.003, 7, 5_000_000), Took(20, 0.002, 7, 4_000_000)]
    return collect(
        chosen,
        {
            ("average", 0, 0): outcome([1, 2], took=took[0], calibrated=calibration(0.5, [True])),
            ("average", 0, 1): outcome([3, 2], took=took[1], calibrated=calibration(0.2, [False])),
            ("average", 1, 0): outcome([4], took=took[2], calibrated=calibration(0.3, [True, False])),
            ("average", 1, 1): outcome([5], took=took[2], calibrated=calibration(0.3, [False])),
            ("average_known", 0, 0): outcome([5, 5], companion=0),
            ("average_known", 0, 1): outcome([5, 5], companion=0),
            ("average_known", 1, 0): outcome([5], companion=0),
            ("average_known", 1, 1): outcome([5], companion=0),
            ("popularity", 0, 0): outcome([0, 1]),
            ("popularity", 1, 0): outcome([2]),
        },
    )


def test_seeds_are_averaged_and_folds_laid_end_to_end(compared):
    assert compared.f1("average").tolist() == pytest.approx([0.2, 0.2, 0.45])
    assert compared.f1("popularity").tolist() == pytest.approx([0.0, 0.1, 0.2])
    assert compared.f1("average_known").tolist() == pytest.approx([0.5, 0.5, 0.5])


def test_the_spread_of_seeds_is_that_of_their_means_over_all_users(compared):
    means = (0.1 + 0.2 + 0.4) / 3, (0.3 + 0.2 + 0.5) / 3
    expected = (means[1] - means[0]) / np.sqrt(2)  # the deviation of two values, dividing by n - 1
    assert compared.contenders["average"].seed_spread == pytest.approx(expected)
    assert compared.contenders["average_known"].seed_spread == 0
    assert compared.contenders["popularity"].seed_spread is None
    assert {name: one.seeds for name, one in compared.contenders.items()} == {
        "average": 2,
        "average_known": 2,
        "popularity": 1,
    }


def test_costs_are_medians_over_all_trainings(compared):
    cost = compared.contenders["average"].cost
    assert (cost.training_seconds, cost.parameters) == (20, 7)
    assert (cost.milliseconds_per_user, cost.state_megabytes) == (pytest.approx(2), 4.0)


def test_calibrations_of_all_trainings_add_up(compared):
    found = compared.contenders["average"].calibration
    assert found.pairs == 5
    assert found.brier == pytest.approx((0.5**2 + 0.2**2 + 0.7**2 + 0.3**2 + 0.3**2) / 5)
    assert compared.contenders["popularity"].calibration is None


def test_a_companion_is_a_contender_of_its_own(compared):
    known = compared.contenders["average_known"]
    assert known.entry.sees == {"pictures", "categories"}
    assert known.settings == KNOWN.model_dump()
    assert compared.contenders["average"].settings == {"level": 0.25}
    assert [method.name for method in compared.evaluation.methods] == list(compared.contenders)


def test_what_was_asked_is_told(compared):
    evaluation = compared.evaluation
    assert (evaluation.dataset, evaluation.categories, evaluation.folds, evaluation.seed) == ("shop", 40, 2, 5)
    assert evaluation.skipped == (SkippedUsers("early", 1), SkippedUsers("late", 3))
    assert compared.photos == pytest.approx((2 + 4 + 9) / 3)
    assert evaluation.reference == "average"


def test_a_failed_training_is_named():
    outcomes = {("average", number, seed): outcome([1]) for number in (0, 1) for seed in (0, 1)}
    with pytest.raises(TrainingError, match="average, fold 1, seed 0: the loss is not a number"):
        collect([Chosen(AVERAGE, "held-out", {"level": 0.5})], outcomes | {("average", 1, 0): FAILED})


@pytest.mark.parametrize(("protocol", "reference"), [("observed", "popularity"), ("held-out", "history")])
def test_without_averaging_the_reference_is_whoever_is_not_given_the_answer(protocol, reference):
    chosen = [Chosen(one, protocol, {}) for one in (HISTORY, POPULARITY)]
    outcomes = {(one.name, number, 0): outcome([1], protocol) for one in (HISTORY, POPULARITY) for number in (0, 1)}
    found = collect(chosen, outcomes, protocol)
    assert found.evaluation.reference == reference
    assert reference not in found.differences


def test_other_protocols_are_left_alone():
    chosen = [Chosen(POPULARITY, protocol, {}) for protocol in ("observed", "held-out")]
    cells = plan_cells(chosen, [0, 1], 1)
    found = {cell.job: result(outcome([1 if cell.protocol == "observed" else 4], cell.protocol)) for cell in cells}
    for protocol, f1 in (("observed", 0.1), ("held-out", 0.4)):
        compared = collect_protocol(protocol, chosen, cells, found, FOLDS, Provenance(), 0)
        assert compared.f1("popularity").tolist() == pytest.approx([f1, f1])
