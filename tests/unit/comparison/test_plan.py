import pytest

from support.trial_methods import LEVEL, entry
from visualtaste.baselines.known import WithKnownCategories
from visualtaste.comparison.choice import Chosen
from visualtaste.comparison.entries import networks
from visualtaste.comparison.plan import plan_augmentation, plan_cells, plan_weights
from visualtaste.config import InterestsSettings

GUESS = entry("guess", sees={"pictures"}, space=LEVEL, trained=True)
FIXED = entry("fixed", space=LEVEL)
MILD, STRONG = WithKnownCategories(strength=0.5), WithKnownCategories(strength=2)


def jobs(cells):
    return list(dict.fromkeys(cell.job for cell in cells))


def test_protocols_taught_alike_share_a_training_when_they_chose_the_same():
    chosen = [Chosen(FIXED, protocol, {"level": 0.5}) for protocol in ("observed", "held-out", "new-interests")]
    cells = plan_cells(chosen, [0], seeds=1)
    assert [cell.protocol for cell in cells] == ["observed", "held-out", "new-interests"]
    assert [job.protocols for job in jobs(cells)] == [("observed",), ("held-out", "new-interests")]
    assert cells[1].job == cells[2].job
    assert all(job.part == "test" for job in jobs(cells))


def test_protocols_that_chose_otherwise_have_trainings_of_their_own():
    chosen = [Chosen(FIXED, "held-out", {"level": 0.5}), Chosen(FIXED, "new-interests", {"level": 0.25})]
    cells = plan_cells(chosen, [0], seeds=1)
    assert [(cell.job.protocols, cell.job.method.level) for cell in cells] == [
        (("held-out",), 0.5),
        (("new-interests",), 0.25),
    ]


def test_methods_never_share_a_training():
    chosen = [Chosen(FIXED, "held-out", {"level": 0.5}), Chosen(GUESS, "held-out", {"level": 0.5})]
    assert len(jobs(plan_cells(chosen, [0], seeds=1))) == 2


def test_only_what_is_trained_is_trained_with_several_seeds():
    chosen = [Chosen(FIXED, "held-out", {"level": 0.5}), Chosen(GUESS, "held-out", {"level": 0.5})]
    cells = plan_cells(chosen, [0, 3], seeds=3)
    found = [(cell.name, cell.fold, cell.seed) for cell in cells]
    assert found == [("fixed", 0, 0), ("fixed", 3, 0)] + [("guess", fold, seed) for fold in (0, 3) for seed in range(3)]
    assert all((cell.job.fold, cell.job.seed) == (cell.fold, cell.seed) for cell in cells)


@pytest.mark.parametrize("known", [{"new-interests": STRONG, "held-out": MILD}, {"new-interests": MILD}], ids=len)
def test_a_companions_cell_points_to_the_settings_that_its_protocol_chose(known):
    chosen = [
        Chosen(GUESS, protocol, {"level": 0.5}, known.get(protocol))
        for protocol in ("observed", "held-out", "new-interests")
    ]
    companions = [cell for cell in plan_cells(chosen, [0], seeds=2) if cell.companion is not None]
    assert {cell.protocol for cell in companions} == set(known)
    assert len(companions) == 2 * len(known)
    for cell in companions:
        assert cell.name == "guess_known"
        assert cell.job.companions[cell.companion] == (cell.protocol, known[cell.protocol])


def test_a_companion_is_answered_by_the_methods_own_training():
    chosen = [Chosen(GUESS, "held-out", {"level": 0.5}, MILD)]
    assert len(jobs(plan_cells(chosen, [0], seeds=1))) == 1


@pytest.fixture(scope="module")
def tuned():
    """Average and two blocks with gating, as chosen for every protocol; popularity; all with default weights."""
    picked = [one for one in networks(InterestsSettings(hidden=8)) if one.name in ("average", "attention2_gating")]
    return [
        Chosen(one, protocol, {"learning_rate": 0.001} if one in picked else {})
        for one in (*picked, entry("popularity"))
        for protocol in ("observed", "held-out", "new-interests")
    ]


@pytest.mark.parametrize(
    ("plan", "change"),
    [
        (lambda chosen: plan_weights(chosen, [1, 2], 10.0), {"positive_weight": 10.0}),
        (lambda chosen: plan_augmentation(chosen, [1, 2], False), {"subsets": False}),
    ],
    ids=["weights", "augmentation"],
)
def test_a_study_changes_one_setting_of_what_was_chosen(tuned, plan, change):
    cells = plan(tuned)
    assert [(cell.choice.entry.name, cell.choice.protocol, cell.fold) for cell in cells] == [
        (name, protocol, fold)
        for name in ("average", "attention2_gating")
        for protocol in ("observed", "held-out")
        for fold in (1, 2)
    ]
    for cell in cells:
        assert cell.job.method.model_dump() == cell.choice.method.model_dump() | change
        assert (cell.job.protocols, cell.job.fold, cell.job.seed) == ((cell.choice.protocol,), cell.fold, 0)
        assert (cell.job.companions, cell.job.part) == ((), "test")


def test_a_study_does_not_train_again_what_the_comparison_trains(tuned):
    """The default weight is 36, and by default random parts are shown; observed, no companion makes a difference."""
    compared = {cell.job.key("fold") for cell in plan_cells(tuned, [0], seeds=1)}
    observed = [choice for choice in tuned if choice.protocol == "observed"]
    for cells in (plan_weights(observed, [0], 36.0), plan_augmentation(observed, [0], True)):
        assert len(cells) == 2
        assert {cell.job.key("fold") for cell in cells} < compared
    assert not {cell.job.key("fold") for cell in plan_weights(observed, [0], 72.0)} & compared


def test_without_networks_there_is_nothing_to_study(tuned):
    others = [choice for choice in tuned if choice.entry.name == "popularity"]
    assert plan_weights(others, [0], 1.0) == plan_augmentation(others, [0], True) == []
