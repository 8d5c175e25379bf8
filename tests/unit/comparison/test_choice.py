import pytest

from support.outcomes import FAILED, outcome, result
from support.trial_methods import LEVEL, entry
from visualtaste.baselines.known import WithKnownCategories
from visualtaste.comparison.choice import Tuner
from visualtaste.errors import TrainingError

GUESS = entry("guess", space=LEVEL, trained=True)
SNAP = entry("snap", sees={"pictures"}, space=LEVEL)
FIXED = entry("fixed")
ALL = ("observed", "held-out", "new-interests")


class MadeUp:
    """Stands where processes would train: `hits` says what a job finds in a protocol, None that it fails."""

    def __init__(self, hits):
        self.hits, self.asked = hits, []

    def run(self, title, jobs):
        self.asked += jobs
        return {job: self._result(job) for job in jobs}

    def _result(self, job):
        found = [(protocol, None, self.hits(job, protocol, None)) for protocol in job.protocols]
        found += [(protocol, n, self.hits(job, protocol, known)) for n, (protocol, known) in enumerate(job.companions)]
        if any(hits is None for _, _, hits in found):
            return FAILED
        return result(*(outcome([hits], protocol, number) for protocol, number, hits in found))


def tuner(hits, trials=6):
    jobs = MadeUp(hits)
    return Tuner(3, trials, 0, jobs), jobs


def by_level(job, protocol, known):
    return job.method.level


def test_the_settings_with_the_best_validation_f1_are_chosen():
    chosen, jobs = tuner(by_level)
    (choice,) = chosen.choose([GUESS], ["observed"])
    levels = [job.method.level for job in jobs.asked]
    assert len(levels) == 6
    assert levels[0] == 0.5, "the default first"
    assert choice.settings == {"level": max(levels)} != {"level": 0.5}
    assert choice.method.level == max(levels)
    assert {(job.fold, job.seed, job.part) for job in jobs.asked} == {(3, 0, "validation")}


def test_every_protocol_chooses_for_itself_and_trainings_are_shared():
    found, jobs = tuner(lambda job, protocol, known: job.method.level * (1 if protocol == "held-out" else -1) + 1)
    chosen = found.choose([GUESS], ALL)
    assert [choice.protocol for choice in chosen] == list(ALL)
    levels = {job.method.level for job in jobs.asked}
    assert [choice.settings["level"] for choice in chosen] == [min(levels), max(levels), min(levels)]
    assert {job.protocols for job in jobs.asked} == {("observed",), ("held-out", "new-interests")}
    assert len(set(jobs.asked)) == 12


def test_of_equally_good_settings_the_first_counts():
    chosen, _ = tuner(lambda job, protocol, known: 3)
    assert chosen.choose([GUESS], ["observed"])[0].settings == {"level": 0.5}


def test_trainings_that_fail_lose_even_against_no_hit():
    chosen, jobs = tuner(lambda job, protocol, known: None if job.method.level == 0.5 else 0)
    (choice,) = chosen.choose([GUESS], ["observed"])
    assert choice.settings["level"] == jobs.asked[1].method.level


def test_it_is_an_error_when_all_trainings_fail():
    chosen, _ = tuner(lambda job, protocol, known: None)
    with pytest.raises(TrainingError, match="Guess in the held-out protocol: every training failed"):
        chosen.choose([GUESS], ["held-out"])


@pytest.mark.parametrize("trials", [0, 1])
def test_without_trials_nothing_is_trained(trials):
    found, jobs = tuner(by_level, trials)
    chosen = found.choose_known(found.choose([SNAP, FIXED], ALL))
    assert jobs.asked == []
    assert [choice.settings for choice in chosen] == 3 * [{"level": 0.5}] + 3 * [{}]
    assert [choice.known for choice in chosen[:3]] == [None, WithKnownCategories(), WithKnownCategories()]


def test_nothing_to_tune_is_not_trained():
    chosen, jobs = tuner(by_level)
    assert chosen.choose([FIXED], ALL)[0].settings == {}
    assert jobs.asked == []


def test_companions_are_tuned_outside_of_observed_on_what_was_chosen():
    def by_strength(job, protocol, known):
        if known is None:
            return job.method.level
        return known.strength if protocol == "held-out" else 3 - known.strength

    found, jobs = tuner(by_strength)
    plain = found.choose([SNAP, GUESS], ALL)
    jobs.asked.clear()
    chosen = found.choose_known(plain)
    assert [(choice.entry, choice.protocol, choice.settings) for choice in chosen] == [
        (choice.entry, choice.protocol, choice.settings) for choice in plain
    ]
    assert [choice.known is None for choice in chosen] == [True, False, False, True, True, True]

    assert [job.protocols for job in jobs.asked] == [("held-out",), ("new-interests",)]
    for job, choice in zip(jobs.asked, chosen[1:3], strict=True):
        assert job.method == choice.method, "on top of what was chosen"
        assert {protocol for protocol, _ in job.companions} == {choice.protocol}
        tried = [settings for _, settings in job.companions]
        assert len(tried) == 6
        assert tried[0] == WithKnownCategories()
        best = max if choice.protocol == "held-out" else min
        assert choice.known == best(tried, key=lambda settings: settings.strength)


def test_a_companion_whose_training_fails_is_an_error():
    found, _ = tuner(lambda job, protocol, known: None if job.companions else 1)
    plain = found.choose([SNAP], ["held-out"])
    with pytest.raises(TrainingError, match=r"Snap \+ known categories"):
        found.choose_known(plain)


def test_what_has_the_same_fields_to_tune_tries_the_same_and_the_seed_decides():
    def levels(seed):
        jobs = MadeUp(by_level)
        Tuner(0, 4, seed, jobs).choose([GUESS, SNAP], ["observed"])
        return [[job.method.level for job in jobs.asked if job.name == name] for name in ("guess", "snap")]

    assert levels(0) == levels(0) != levels(1)
    assert levels(0)[0][1:] == levels(0)[1][1:]  # the first is each one's default
    assert len(set(levels(0)[0])) == 4
