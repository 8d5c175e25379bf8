"""What the training users are asked in the protocol that is taught, and what their answers share."""

from __future__ import annotations

import numpy as np

from visualtaste.baselines.method import Catalogue, Lesson
from visualtaste.data.protocols import Questions, answerable, ask
from visualtaste.errors import TrainingError
from visualtaste.types import Float64, Ragged


def training_questions(lesson: Lesson) -> Questions:
    """The full question of every training user that has an answer.

    Left out are users whose asked items have no category and, held-out, users with a single item. Raises
    TrainingError when nobody is left.
    """
    users, _ = _answerable(lesson)
    return ask(lesson.protocol, users, lesson.catalogue.categories, lesson.catalogue.width)


def wanted_share(lesson: Lesson) -> Float64:
    """The share of training users whose answer has each category (D,); raises TrainingError when none has any."""
    _, share = _answerable(lesson)
    return share


def _answerable(lesson: Lesson) -> tuple[Ragged, Float64]:
    """The users with an answer and the share of them that want each category; TrainingError when nobody is left."""
    users, share = answerable(lesson.protocol, lesson.train, lesson.catalogue.categories, lesson.catalogue.width)
    if len(users) == 0:
        raise TrainingError(
            f"none of the {len(lesson.train)} training users wants a category in the {lesson.protocol} protocol: "
            "at least one must"
        )
    return users, share


def categories_of(catalogue: Catalogue, photos: int) -> int:
    """About how many distinct categories a user with so many photos has: at most as many as the photos' labels.

    Used to say what must be kept of a user; labels that repeat make it less.
    """
    labels = photos * len(catalogue.categories.values) / max(1, len(catalogue.categories))
    return min(catalogue.width, int(np.ceil(labels)))
