"""Models asked about users that they never saw, beside the methods that any model must beat."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from visualtaste.config import POOLING_TITLES, PoolingName, Protocol
from visualtaste.data.dataset import Dataset
from visualtaste.data.protocols import taught_for
from visualtaste.errors import DataError
from visualtaste.evaluation.exam import Exam
from visualtaste.evaluation.methods import POOLING_NOTES, REFERENCES, interests
from visualtaste.evaluation.provenance import provenance
from visualtaste.evaluation.results import Evaluation, MethodResult, SkippedUsers
from visualtaste.inference.taste_model import TasteModel
from visualtaste.metrics.ranking import score_users
from visualtaste.metrics.user_scores import UserScores
from visualtaste.progress import Reporter, Silent
from visualtaste.types import Float32


@dataclass(frozen=True)
class _Kind:
    """Models that are folds of one method: the same pooling, taught the same protocol."""

    pooling: PoolingName
    taught: Protocol

    def name(self, asked: Protocol) -> str:
        return self.pooling + ("" if self._fits(asked) else f"-taught-{self.taught}")

    def title(self, asked: Protocol) -> str:
        return POOLING_TITLES[self.pooling] + ("" if self._fits(asked) else f" (taught {self.taught})")

    def _fits(self, asked: Protocol) -> bool:
        return self.taught == taught_for(asked)


@dataclass(frozen=True, eq=False)
class Evaluated:
    """The result, and the exams of its last method in the order of the scores' users."""

    evaluation: Evaluation
    exams: tuple[Exam, ...]


def evaluate(
    models: Sequence[TasteModel],
    dataset: Dataset,
    protocol: Protocol,
    seed: int = 0,
    command: str = "",
    reporter: Reporter | None = None,
) -> Evaluated:
    """Score models on the test users of their own splits.

    Models with the same pooling that test different users (folds) count as one method, whose users are put
    together. Every method must have been asked about the same users, so that differences are paired. Popularity
    and the pooled item classifier are always in the comparison.

    Raises DataError when two models of one method test the same user, or methods test different users.
    """
    reporter = reporter or Silent()
    kinds: dict[_Kind, list[Exam]] = defaultdict(list)
    with reporter.task("Asking test users", total=len(models)) as task:
        for model in models:
            exam = Exam.of(model, dataset, protocol, reporter)
            kinds[_Kind(model.manifest.pooling, model.manifest.protocol)].append(exam)
            task.advance()
    ordered = sorted(kinds.items(), key=lambda item: list(POOLING_TITLES).index(item[0].pooling))
    folds = {kind: sorted(exams, key=lambda exam: exam.model.manifest.split.fold) for kind, exams in ordered}
    _check_paired(folds, dataset)

    first = next(iter(folds.values()))
    results = [
        MethodResult(reference.name, reference.title, _score(reference.probabilities, first), reference.note)
        for reference in REFERENCES
    ]
    for kind, exams in folds.items():
        note = POOLING_NOTES[kind.pooling]
        results.append(MethodResult(kind.name(protocol), kind.title(protocol), _score(interests, exams), note))
    names = [result.name for result in results]
    evaluation = Evaluation(
        dataset=dataset.name,
        protocol=protocol,
        categories=len(first[0].model.categories),
        methods=tuple(results),
        reference="average" if "average" in names else "popularity",
        folds=len(first),
        seed=seed,
        skipped=_skipped(first),
        provenance=provenance([exam.model for exams in folds.values() for exam in exams], dataset, command),
    )
    return Evaluated(evaluation, tuple(list(folds.values())[-1]))


def _score(method: Callable[[Exam], Float32], exams: Sequence[Exam]) -> UserScores:
    """Scores of all exams' users, each computed with the exam's own model."""
    parts = []
    for exam in exams:
        probabilities = method(exam)
        questions = exam.questions
        parts.append(score_users(probabilities, questions.target, probabilities, questions.scored))
    return UserScores.concat(parts)


def _check_paired(folds: dict[_Kind, list[Exam]], dataset: Dataset) -> None:
    users = {kind: np.concatenate([exam.asked.users for exam in exams]) for kind, exams in folds.items()}
    (first, expected), *others = users.items()
    for kind, found in users.items():
        unique, counts = np.unique(found, return_counts=True)
        if counts.max() > 1:
            doubled = dataset.user_ids[unique[counts.argmax()]]
            raise DataError(f"two models with {kind.pooling} test the user {doubled!r}: give one model for each fold")
    for kind, found in others:
        if not np.array_equal(found, expected):
            raise DataError(
                f"{kind.pooling} was asked about {len(found)} users and {first.pooling} about {len(expected)}, not all "
                "the same: give models of the same folds for every pooling"
            )


def _skipped(exams: Sequence[Exam]) -> tuple[SkippedUsers, ...]:
    total: Counter[str] = sum((exam.asked.left_out for exam in exams), start=Counter())
    return tuple(SkippedUsers(reason, count) for reason, count in sorted(total.items()))
