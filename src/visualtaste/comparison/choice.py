"""Hyper-parameters of every method for every protocol, chosen on the first fold's validation users."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from visualtaste.baselines.entry import Entry
from visualtaste.baselines.known import KNOWN_SPACE, WithKnownCategories
from visualtaste.baselines.method import Method
from visualtaste.baselines.space import Value
from visualtaste.comparison.entries import companion
from visualtaste.comparison.job import Job, JobResult, published_f1
from visualtaste.comparison.pool import Jobs
from visualtaste.comparison.tuning import proposals
from visualtaste.config import Protocol
from visualtaste.data.protocols import taught_for
from visualtaste.errors import TrainingError


@dataclass(frozen=True)
class Chosen:
    """One method as it is compared in one protocol; `known` is its companion's settings, where it has a companion."""

    entry: Entry
    protocol: Protocol
    settings: Mapping[str, Value]
    known: WithKnownCategories | None = None

    @property
    def method(self) -> Method:
        """The method with the settings."""
        return self.entry.tuned(self.settings)

    @property
    def companion(self) -> Entry | None:
        """The counterpart that sees known categories; none where it would be told the protocol's answer."""
        return None if self.protocol == "observed" else companion(self.entry)


class Tuner:
    """Tries settings; `trials` of 0 or 1 takes the default ones without training anything.

    Methods in which the same fields are tuned try the same settings, so that none has the luck of a better draw.
    """

    def __init__(self, fold: int, trials: int, seed: int, jobs: Jobs) -> None:
        self._fold = fold
        self._trials = trials
        self._seed = seed
        self._jobs = jobs

    def choose(self, entries: Sequence[Entry], protocols: Sequence[Protocol]) -> list[Chosen]:
        """The settings of every method for every protocol that have the best F1@15 of the validation users.

        Each training is asked in all protocols that it was taught for. Of settings that are equally good the first
        tried counts. Raises TrainingError when all trainings of a method fail.
        """
        proposed = {
            entry.name: proposals(entry.space, entry.method.model_dump(), self._trials, self._seed) for entry in entries
        }
        tried: dict[tuple[str, Protocol], list[Job]] = {
            (entry.name, protocol): [
                self._job(entry, settings, _taught_alike(protocol, protocols)) for settings in proposed[entry.name]
            ]
            for entry in entries
            for protocol in protocols
        }
        results = self._run("Tuning", [job for jobs in tried.values() if len(jobs) > 1 for job in jobs])
        chosen = []
        for entry in entries:
            for protocol in protocols:
                found = [_f1(results.get(job), protocol) for job in tried[entry.name, protocol]]
                best = _first_best(found, f"{entry.title} in the {protocol} protocol")
                chosen.append(Chosen(entry, protocol, proposed[entry.name][best]))
        return chosen

    def choose_known(self, chosen: Sequence[Chosen]) -> list[Chosen]:
        """The same with the settings of each method's companion, where it has one and the protocol has one."""
        proposed = [
            WithKnownCategories.model_validate(settings)
            for settings in proposals(KNOWN_SPACE, WithKnownCategories().model_dump(), self._trials, self._seed)
        ]
        jobs = [
            replace(
                self._job(choice.entry, choice.settings, (choice.protocol,)),
                companions=tuple((choice.protocol, settings) for settings in proposed),
            )
            for choice in chosen
        ]
        tried = [job for choice, job in zip(chosen, jobs, strict=True) if choice.companion and len(proposed) > 1]
        results = self._run("Tuning with known categories", tried)
        complete = []
        for choice, job in zip(chosen, jobs, strict=True):
            if choice.companion is None:
                complete.append(choice)
                continue
            found = [_f1(results.get(job), choice.protocol, index) for index in range(len(proposed))]
            complete.append(replace(choice, known=proposed[_first_best(found, choice.companion.title)]))
        return complete

    def _job(self, entry: Entry, settings: Mapping[str, Value], protocols: tuple[Protocol, ...]) -> Job:
        return Job(entry.name, entry.tuned(settings), self._fold, 0, "validation", protocols)

    def _run(self, title: str, jobs: Sequence[Job]) -> Mapping[Job, JobResult]:
        return self._jobs.run(title, jobs) if jobs else {}


def _taught_alike(protocol: Protocol, protocols: Sequence[Protocol]) -> tuple[Protocol, ...]:
    """Those of `protocols` that one training answers together with `protocol`."""
    return tuple(other for other in protocols if taught_for(other) == taught_for(protocol))


def _f1(result: JobResult | None, protocol: Protocol, companion: int | None = None) -> float:
    """Mean F1@15; minus infinity for a training that failed, 0 where nothing was tried because there is no choice."""
    if result is None:
        return 0.0
    if result.failed:
        return -math.inf
    return float(published_f1(result.outcome(protocol, companion).scores).mean())


def _first_best(found: Sequence[float], what: str) -> int:
    best = max(range(len(found)), key=lambda index: found[index])
    if found[best] == -math.inf:
        raise TrainingError(f"{what}: every training failed, whatever the settings")
    return best
