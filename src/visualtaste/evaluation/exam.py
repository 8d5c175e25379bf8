"""The test users, what they are shown and what is asked of them; and of one model."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from visualtaste.config import Protocol
from visualtaste.data.dataset import Dataset
from visualtaste.data.protocols import Questions, ask
from visualtaste.data.splits import split_users
from visualtaste.errors import DataError
from visualtaste.features.extract import extract
from visualtaste.features.store import FeatureStore
from visualtaste.inference.taste_model import TasteModel
from visualtaste.progress import Reporter
from visualtaste.types import Int64, Ragged


@dataclass(frozen=True, eq=False)
class AskedUsers:
    """Users who can be asked, and their questions."""

    users: Int64  # rows of Dataset.user_ids (U,)
    items: Ragged  # all usable items of each user, earliest first
    questions: Questions
    left_out: Counter[str]  # users that cannot be asked, by reason

    @classmethod
    def of(
        cls, protocol: Protocol, users: Int64, dataset: Dataset, store: FeatureStore, categories: tuple[str, ...]
    ) -> AskedUsers:
        """Ask each of `users` (rows of `Dataset.user_ids`) who has a usable photo and something to predict.

        The others are left out and counted. Raises DataError when nobody is left.
        """
        left_out: Counter[str] = Counter()
        shown, items = store.nonempty(dataset.user_items.take(users))
        left_out["without a usable photo"] = len(users) - len(shown)
        users = users[shown]

        questions = ask(protocol, items, dataset.labels(categories), len(categories))
        asked = np.flatnonzero(questions.target.any(axis=1))
        left_out["with nothing to predict"] = len(users) - len(asked)
        if len(asked) == 0:
            raise DataError(f"{dataset.folder}: no test user has anything to predict in the {protocol} protocol")
        scored = None if questions.scored is None else questions.scored[asked]
        questions = replace(questions, shown=questions.shown.take(asked), target=questions.target[asked], scored=scored)
        return cls(users[asked], items.take(asked), questions, +left_out)


@dataclass(frozen=True, eq=False)
class Exam:
    """Questions to a model, one a test user, and the features of the items that they show."""

    model: TasteModel
    protocol: Protocol
    asked: AskedUsers
    features: NDArray[np.float16]  # (N, K)

    @classmethod
    def of(cls, model: TasteModel, dataset: Dataset, protocol: Protocol, reporter: Reporter) -> Exam:
        """Extract what is missing and ask every test user of the model's split.

        Raises DataError when nobody can be asked, or when the data set has none of the model's categories.
        """
        model.check_categories(dataset)
        store = extract(dataset, model.encoder, reporter=reporter).store
        users = split_users(dataset.user_ids, model.manifest.split).test
        asked = AskedUsers.of(protocol, users, dataset, store, model.categories)
        return cls(model, protocol, asked, store.matrix)

    @property
    def questions(self) -> Questions:
        """What is shown and wanted."""
        return self.asked.questions
