"""What the training users are asked in the protocol that is taught, and what their answers share."""

from __future__ import annotations

import numpy as np

from visualtaste.baselines.method import Catalogue, Lesson
from visualtaste.data.protocols import Questions, ask
from visualtaste.errors import TrainingError
from visualtaste.types import Float64


def training_questions(lesson: Lesson) -> Questions:
    """The full question of every training user that has an answer.

    Left out are users whose asked items have no category and, held-out, users with a single item. Raises
    TrainingError when nobody is left.
    """
    questions = ask(lesson.protocol, lesson.train, lesson.catalogue.categories, lesson.catalogue.width)
    answered = np.flatnonzero(questions.target.any(axis=1))
    if len(answered) == 0:
        raise TrainingError(
            f"none of the {len(lesson.train)} training users wants a category in the {lesson.protocol} protocol: "
            "at least one must"
        )
    return Questions(questions.shown.take(answered), questions.target[answered])


def wanted_share(lesson: Lesson) -> Float64:
    """The share of training users whose answer has each category (D,); raises TrainingError when none has any."""
    share: Float64 = training_questions(lesson).target.mean(axis=0)
    return share


def categories_of(catalogue: Catalogue, photos: int) -> int:
    """About how many distinct categories a user with so many photos has: at most as many as the photos' labels.

    Used to say what must be kept of a user; labels that repeat make it less.
    """
    labels = photos * len(catalogue.categories.values) / max(1, len(catalogue.categories))
    return min(catalogue.width, int(np.ceil(labels)))
