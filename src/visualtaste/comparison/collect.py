"""From the results of all jobs to what a comparison found."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from visualtaste.comparison.choice import Chosen
from visualtaste.comparison.fold import Fold
from visualtaste.comparison.job import Job, JobResult, Outcome, published_f1
from visualtaste.comparison.plan import Cell
from visualtaste.comparison.results import ComparedProtocol, Contender, Cost
from visualtaste.config import Protocol
from visualtaste.errors import TrainingError
from visualtaste.evaluation.results import Evaluation, MethodResult, Provenance, SkippedUsers
from visualtaste.metrics.calibration import Calibration
from visualtaste.metrics.user_scores import UserScores

REFERENCE = "average"


def collect_protocol(
    protocol: Protocol,
    chosen: Sequence[Chosen],
    cells: Sequence[Cell],
    results: Mapping[Job, JobResult],
    folds: Sequence[Fold],
    provenance: Provenance,
    seed: int,
) -> ComparedProtocol:
    """All methods in one protocol; raises TrainingError when the training of a cell failed."""
    outcomes: dict[str, dict[int, dict[int, Outcome]]] = defaultdict(lambda: defaultdict(dict))
    for cell in cells:
        if cell.protocol == protocol:
            result = results[cell.job]
            if result.failed:
                raise TrainingError(f"{cell.name}, fold {cell.fold}, seed {cell.seed}: {result.failed}")
            outcomes[cell.name][cell.fold][cell.seed] = result.outcome(protocol, cell.companion)

    methods, contenders = [], {}
    for contender in _contenders(protocol, chosen, outcomes):
        entry = contender.entry
        folded = [UserScores.mean_of([one.scores for one in seeds.values()]) for seeds in outcomes[entry.name].values()]
        methods.append(MethodResult(entry.name, entry.title, UserScores.concat(folded), entry.note))
        contenders[entry.name] = contender
    asked = [fold.ask(protocol, fold.test_users) for fold in folds]
    left_out: Counter[str] = sum((one.left_out for one in asked), start=Counter())
    evaluation = Evaluation(
        dataset=folds[0].dataset.name,
        protocol=protocol,
        categories=folds[0].catalogue.width,
        methods=tuple(methods),
        reference=_reference(protocol, contenders),
        folds=len(folds),
        seed=seed,
        skipped=tuple(SkippedUsers(reason, count) for reason, count in sorted(left_out.items())),
        provenance=provenance,
    )
    photos = np.concatenate([one.questions.shown.lengths for one in asked])
    return ComparedProtocol(evaluation, contenders, float(photos.mean()))


def _reference(protocol: Protocol, contenders: Mapping[str, Contender]) -> str:
    """The reference, where it was left out the first method that is not given the answer."""
    fair = [name for name, one in contenders.items() if protocol != "observed" or not one.entry.given_the_answer]
    return REFERENCE if REFERENCE in contenders else next(iter(fair or contenders))


def _contenders(
    protocol: Protocol, chosen: Sequence[Chosen], outcomes: Mapping[str, Mapping[int, Mapping[int, Outcome]]]
) -> list[Contender]:
    """The methods of one protocol, then their companions, each with what its outcomes say beside its scores."""
    plain = [(choice.entry, choice.settings) for choice in chosen if choice.protocol == protocol]
    known = [
        (choice.companion, choice.known.model_dump())
        for choice in chosen
        if choice.protocol == protocol and choice.companion and choice.known
    ]
    found = []
    for entry, settings in [*plain, *known]:
        by_fold = outcomes[entry.name]
        every = [outcome for seeds in by_fold.values() for outcome in seeds.values()]
        calibrations = [outcome.calibration for outcome in every if outcome.calibration is not None]
        found.append(
            Contender(
                entry=entry,
                cost=_cost(every),
                settings=settings,
                calibration=Calibration.concat(calibrations) if calibrations else None,
                seeds=min(len(seeds) for seeds in by_fold.values()),
                seed_spread=_seed_spread(by_fold),
            )
        )
    return found


def _cost(outcomes: Sequence[Outcome]) -> Cost:
    took = [outcome.took for outcome in outcomes]
    return Cost(
        training_seconds=float(np.median([one.training_seconds for one in took])),
        parameters=int(np.median([one.parameters for one in took])),
        milliseconds_per_user=1e3 * float(np.median([one.seconds_per_user for one in took])),
        state_megabytes=float(np.median([one.state_bytes for one in took])) / 1e6,
    )


def _seed_spread(by_fold: Mapping[int, Mapping[int, Outcome]]) -> float | None:
    """Standard deviation over seeds of the mean F1@15, over the users of all folds."""
    seeds = sorted(next(iter(by_fold.values())))
    if len(seeds) < 2:
        return None
    means = [published_f1(UserScores.concat([fold[seed].scores for fold in by_fold.values()])).mean() for seed in seeds]
    return float(np.std(means, ddof=1))
