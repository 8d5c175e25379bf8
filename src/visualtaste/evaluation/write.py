"""The files of an evaluation: metrics.json for programs, report.html for people."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from visualtaste.data.dataset import Dataset
from visualtaste.data.protocols import cut
from visualtaste.evaluation.evaluate import Evaluated
from visualtaste.evaluation.exam import Exam
from visualtaste.evaluation.examples import Photo, UserExample, make_example, pick_users
from visualtaste.evaluation.report import write_report
from visualtaste.files import write_json
from visualtaste.types import Int64

EXAMPLES = 4


def write_evaluation(evaluated: Evaluated, dataset: Dataset, folder: Path) -> Path:
    """Write metrics.json and report.html into `folder`; returns the report's path.

    The report's example users are shown as the last method sees them: the richest pooling that was given.
    """
    evaluation = evaluated.evaluation
    write_json(folder / "metrics.json", evaluation.to_json())
    scores = evaluation.methods[-1].scores
    rows = pick_users(scores, evaluation.headline_k, EXAMPLES)
    examples = [_example(*_locate(evaluated.exams, row), dataset) for row in rows]
    write_report(evaluation, examples, folder / "report.html", model=evaluation.methods[-1].title)
    return folder / "report.html"


def _locate(exams: Sequence[Exam], row: int) -> tuple[Exam, int]:
    """The exam that a row of the scores is in, and its row there: scores have the exams' users end to end."""
    for exam in exams:
        if row < len(exam.asked.users):
            return exam, int(row)
        row -= len(exam.asked.users)
    raise IndexError(row)


def _example(exam: Exam, row: int, dataset: Dataset) -> UserExample:
    one = np.array([row])
    shown = exam.questions.shown.take(one)
    prediction = exam.model.predict(shown, exam.features)
    attribution = exam.model.attribute(exam.features[shown.values].astype(np.float32))
    later: Int64 = np.empty(0, dtype=np.int64)
    if exam.protocol != "observed":
        later = cut(exam.asked.items.take(one), shown.lengths)[1].values
    scored = exam.questions.scored
    return make_example(
        dataset.user_ids[exam.asked.users[row]],
        _photos(dataset, shown.values),
        prediction.attention,
        prediction.probabilities[0],
        exam.questions.target[row],
        exam.model.categories,
        scored=None if scored is None else scored[row],
        bought=_photos(dataset, later),
        contributions=attribution.contributions,
    )


def _photos(dataset: Dataset, items: Int64) -> list[Photo]:
    titles = dataset.item_column("title")
    return [Photo(dataset.image_path(item), titles[item] or "") for item in items.tolist()]
