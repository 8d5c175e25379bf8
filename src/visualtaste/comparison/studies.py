"""Two studies beside the comparison: what the positive weight does, and what random parts of a user's items bring."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from visualtaste.comparison.choice import Chosen
from visualtaste.comparison.job import Job, JobResult, Outcome, published_f1
from visualtaste.comparison.plan import StudyCell
from visualtaste.comparison.results import AugmentationPoint, WeightPoint
from visualtaste.errors import TrainingError
from visualtaste.evaluation.results import Estimate
from visualtaste.metrics.calibration import Calibration
from visualtaste.metrics.intervals import difference_interval, mean_interval
from visualtaste.metrics.user_scores import UserScores
from visualtaste.types import Float64


def study_weights(
    planned: Mapping[float, Sequence[StudyCell]], results: Mapping[Job, JobResult], seed: int
) -> tuple[WeightPoint, ...]:
    """What each positive weight does to F1@15 and to calibration, by method and protocol, lightest weight first."""
    points = []
    for choice in _choices(planned.values()):
        outcomes = {weight: _outcomes(choice, cells, results) for weight, cells in planned.items()}
        lightest = min(outcomes)
        for weight in sorted(outcomes):
            found = outcomes[weight]
            points.append(
                WeightPoint(
                    method=choice.entry.title,
                    protocol=choice.protocol,
                    weight=weight,
                    f1=_mean(_f1(found), seed),
                    difference=None if weight == lightest else _difference(_f1(found), _f1(outcomes[lightest]), seed),
                    raw=Calibration.concat([one.uncalibrated["raw"] for one in found]),
                    corrected=Calibration.concat([one.uncalibrated["corrected"] for one in found]),
                    shifted=Calibration.concat([one.calibration for one in found if one.calibration is not None]),
                )
            )
    return tuple(points)


def study_augmentation(
    without: Sequence[StudyCell], augmented: Sequence[StudyCell], results: Mapping[Job, JobResult], seed: int
) -> tuple[AugmentationPoint, ...]:
    """What training on random parts of each user's items changes in F1@15, by method and protocol."""
    points = []
    for choice in _choices([without, augmented]):
        plain, parts = (_f1(_outcomes(choice, cells, results)) for cells in (without, augmented))
        points.append(
            AugmentationPoint(
                method=choice.entry.title,
                protocol=choice.protocol,
                without=_mean(plain, seed),
                augmented=_mean(parts, seed),
                difference=_difference(parts, plain, seed),
            )
        )
    return tuple(points)


def _choices(planned: Iterable[Sequence[StudyCell]]) -> Iterator[Chosen]:
    """Each method and protocol that cells are of, once."""
    seen: list[tuple[str, str]] = []
    for cell in (cell for cells in planned for cell in cells):
        key = (cell.choice.entry.name, cell.choice.protocol)
        if key not in seen:
            seen.append(key)
            yield cell.choice


def _outcomes(choice: Chosen, cells: Sequence[StudyCell], results: Mapping[Job, JobResult]) -> list[Outcome]:
    """Of all folds; raises TrainingError when a training failed."""
    found = []
    for cell in cells:
        if cell.choice is choice:
            result = results[cell.job]
            if result.failed:
                raise TrainingError(f"{choice.entry.title} of a study, fold {cell.fold}: {result.failed}")
            found.append(result.outcome(choice.protocol))
    return found


def _f1(outcomes: Sequence[Outcome]) -> Float64:
    """F1@15 of the users of all folds (U,)."""
    return published_f1(UserScores.concat([outcome.scores for outcome in outcomes]))


def _mean(f1: Float64, seed: int) -> Estimate:
    return Estimate.of(mean_interval(f1[:, None], seed))


def _difference(a: Float64, b: Float64, seed: int) -> Estimate:
    return Estimate.of(difference_interval(a[:, None], b[:, None], seed))
