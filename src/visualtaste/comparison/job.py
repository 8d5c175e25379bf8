"""The unit of work of a comparison: one method, trained once, asked about one part of a fold's users."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from visualtaste import __version__
from visualtaste.baselines.known import WithKnownCategories
from visualtaste.baselines.method import Fitted, Lesson, Method
from visualtaste.comparison.fold import Fold
from visualtaste.config import Learned, Protocol
from visualtaste.data.protocols import taught_for
from visualtaste.errors import TrainingError
from visualtaste.evaluation.exam import AskedUsers
from visualtaste.evaluation.results import PUBLISHED_K
from visualtaste.files import digest_text
from visualtaste.metrics.calibration import Calibration
from visualtaste.metrics.ranking import score_users
from visualtaste.metrics.user_scores import UserScores
from visualtaste.seeding import derive
from visualtaste.types import Float32, Float64

Part = Literal["validation", "test"]


@dataclass(frozen=True)
class Job:
    """Fit `method`, ask it in each of `protocols`; then every companion on top of it, in those that it is for.

    companions   settings of the counterpart that sees known categories, each with the protocol that it answers
    seed         0, 1, ...: which of several trainings
    """

    name: str
    method: Method
    fold: int
    seed: int
    part: Part
    protocols: tuple[Protocol, ...]  # all taught the same way
    companions: tuple[tuple[Protocol, WithKnownCategories], ...] = ()

    @property
    def taught(self) -> Learned:
        """What the method learns."""
        return taught_for(self.protocols[0])

    def key(self, fold_key: str) -> str:
        """Name of the file that keeps the result: for people what it is, and a digest of all that it depends on."""
        identity = json.dumps(
            {
                "version": __version__,
                "fold": fold_key,
                "kind": type(self.method).__name__,
                "method": self.method.model_dump(mode="json"),
                "protocols": self.protocols,
                "companions": [[protocol, settings.model_dump(mode="json")] for protocol, settings in self.companions],
            }
        )
        return f"{self.name}-{self.taught}-fold{self.fold}-seed{self.seed}-{self.part}-{digest_text(identity)[:16]}"


@dataclass(frozen=True)
class Took:
    """What one fitted method takes; `state_bytes` of a user with as many photos as the asked ones have on average."""

    training_seconds: float
    seconds_per_user: float
    parameters: int
    state_bytes: int


@dataclass(frozen=True, eq=False)
class Outcome:
    """How one method, or the companion of that number, did in one protocol.

    calibration   None where the scores are no probabilities
    uncalibrated  the same of what probabilities would be without calibration, by the name of what is left
    """

    protocol: Protocol
    companion: int | None
    scores: UserScores
    took: Took
    calibration: Calibration | None
    uncalibrated: dict[str, Calibration]


@dataclass(frozen=True, eq=False)
class JobResult:
    """All outcomes of a job; `failed` says why there are none."""

    outcomes: tuple[Outcome, ...]
    failed: str = ""

    def outcome(self, protocol: Protocol, companion: int | None = None) -> Outcome:
        """The outcome of the method, or of a companion."""
        return next(one for one in self.outcomes if one.protocol == protocol and one.companion == companion)


def published_f1(scores: UserScores) -> Float64:
    """F1@15 of every user (U,): what the paper's table gives, what is tuned and what is tested."""
    f1: Float64 = scores.f1[:, scores.ks.tolist().index(PUBLISHED_K)]
    return f1


def run_job(job: Job, fold: Fold) -> JobResult:
    """Train and ask; a training that fails is a result as well, whose `failed` has the message."""
    lesson = fold.lesson(job.taught)
    users = fold.validation_users if job.part == "validation" else fold.test_users
    asked = {protocol: fold.ask(protocol, users) for protocol in job.protocols}
    try:
        return JobResult(tuple(_train_and_ask(job, lesson, asked)))
    except TrainingError as error:
        return JobResult(outcomes=(), failed=str(error))


def _train_and_ask(job: Job, lesson: Lesson, asked: Mapping[Protocol, AskedUsers]) -> list[Outcome]:
    started = time.perf_counter()
    fitted = job.method.fit(lesson, derive(job.seed, "comparison"))
    seconds = time.perf_counter() - started
    outcomes = [_ask(fitted, seconds, protocol, asked[protocol], None) for protocol in job.protocols]
    for number, (protocol, settings) in enumerate(job.companions):
        started = time.perf_counter()
        known = settings.on(fitted, lesson)
        extra = time.perf_counter() - started
        outcomes.append(_ask(known, seconds + extra, protocol, asked[protocol], number))
    return outcomes


def _ask(
    fitted: Fitted, training_seconds: float, protocol: Protocol, asked: AskedUsers, companion: int | None
) -> Outcome:
    questions = asked.questions
    started = time.perf_counter()
    scores = fitted.scores(questions.shown)
    took = Took(
        training_seconds,
        seconds_per_user=(time.perf_counter() - started) / len(questions),
        parameters=fitted.parameters,
        state_bytes=fitted.state_bytes(round(float(questions.shown.lengths.mean()))),
    )
    probabilities = scores if fitted.probabilistic else None

    def measured(values: Float32) -> Calibration:
        return Calibration.of(values, questions.target, questions.scored)

    return Outcome(
        protocol,
        companion,
        score_users(scores, questions.target, probabilities, questions.scored),
        took,
        calibration=None if probabilities is None else measured(probabilities),
        uncalibrated={name: measured(values) for name, values in fitted.uncalibrated(questions.shown).items()},
    )
