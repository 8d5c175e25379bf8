from dataclasses import replace

import numpy as np
import pytest

from support.trial_methods import Diverges, Guess, Refuses
from visualtaste.baselines.known import WithKnownCategories
from visualtaste.comparison.fold import load_fold
from visualtaste.comparison.job import Job, published_f1, run_job
from visualtaste.data.protocols import taught_for
from visualtaste.progress import Silent

JOB = Job("guess", Guess(level=0.25), fold=2, seed=1, part="test", protocols=("held-out", "new-interests"))
KNOWN = WithKnownCategories(strength=2)


@pytest.fixture(scope="module")
def fold(tiny_fold):
    return load_fold(tiny_fold, Silent())


def test_new_interests_are_asked_of_what_learned_the_held_out_protocol():
    assert [taught_for(protocol) for protocol in ("observed", "held-out", "new-interests")] == [
        "observed",
        "held-out",
        "held-out",
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"method": Guess(level=0.26)},
        {"method": Refuses(level=0.25)},
        {"fold": 1},
        {"seed": 0},
        {"part": "validation"},
        {"protocols": ("held-out",)},
        {"protocols": ("observed",)},
        {"companions": (("held-out", KNOWN),)},
        {"name": "another"},
    ],
    ids=str,
)
def test_whatever_changes_the_result_changes_the_key(change):
    assert replace(JOB, **change).key("fold") != JOB.key("fold")


def test_the_key_tells_folds_and_companions_apart():
    first, second = (replace(JOB, companions=((protocol, KNOWN),)) for protocol in JOB.protocols)
    assert first.key("fold") != second.key("fold")
    assert JOB.key("another fold") != JOB.key("fold")


def test_the_same_training_has_the_same_key_in_every_process():
    assert replace(JOB, method=Guess(level=0.25)).key("fold") == JOB.key("fold")
    assert JOB.key("fold") == "guess-held-out-fold2-seed1-test-" + JOB.key("fold").split("-")[-1]


def test_the_key_is_a_file_name():
    assert set(JOB.key("../fold key/")) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-")
    assert len(JOB.key("x" * 1000)) < 100


def test_every_protocol_and_companion_has_an_outcome(fold):
    job = Job("guess", Guess(level=0.25), 0, 0, "test", ("held-out",), (("held-out", KNOWN),))
    result = run_job(job, fold)
    assert [(one.protocol, one.companion) for one in result.outcomes] == [("held-out", None), ("held-out", 0)]
    assert not result.failed
    plain, known = result.outcomes
    assert len(plain.scores) == len(fold.ask("held-out", fold.test_users).questions)
    # all the same: the first categories are listed. Whose colour is known finds it at once.
    assert published_f1(plain.scores).tolist() == pytest.approx([2 / 16] * len(plain.scores))
    assert known.scores.precision[:, 0].tolist() == [1.0] * len(known.scores)
    assert known.calibration is None, "blended scores are no probabilities"


def test_calibration_and_costs_are_measured_on_the_asked_users(fold):
    plain = run_job(Job("guess", Guess(level=0.25), 0, 0, "test", ("observed",)), fold).outcome("observed")
    questions = fold.ask("observed", fold.test_users).questions
    assert plain.calibration.pairs == questions.target.size
    assert plain.calibration.brier == pytest.approx(np.square(questions.target - 0.25).mean())
    assert plain.uncalibrated["raw"].brier == pytest.approx(np.square(questions.target - 0.0625).mean())
    assert plain.scores.thresholded is not None
    assert plain.took.state_bytes == 100 * round(questions.shown.lengths.mean())


def test_validation_users_are_others_than_test_users(fold):
    assert not set(fold.validation_users) & set(fold.test_users)
    result = run_job(Job("guess", Guess(), 0, 0, "validation", ("observed",)), fold)
    assert len(result.outcome("observed").scores) == len(fold.validation_users) != len(fold.test_users)


@pytest.mark.parametrize(("method", "reason"), [(Refuses(), "refuses level 0.5"), (Diverges(), "not finite")])
def test_a_training_that_fails_is_a_result(fold, method, reason):
    result = run_job(Job("bad", method, 0, 0, "test", ("observed",)), fold)
    assert result.outcomes == ()
    assert reason in result.failed
