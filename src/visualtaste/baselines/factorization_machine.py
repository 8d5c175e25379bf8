"""A factorization machine (Rendle, ICDM 2010) of users, their photos and the categories, by the library myfm.

One row is a pair of a user and a category; y says whether the user wants it. Its features are the user's id (where
asked for), the user's features x (see fm_design) and the category's id, so that a pair's score is

    w0 + w_c + w_u + w x + <v_c, q> + pairs within the user,   q = v_u + V'x

The classifier: y = 1 with probability Phi(score), Phi the normal distribution function, all weights sampled by
Gibbs (Freudenthaler, Schmidt-Thieme & Rendle 2011), each group of features with its own normal prior. Predictions
are the mean of Phi over the samples: probabilities. An unseen user has no id: w_u and v_u are the training users' mean.
"""

from __future__ import annotations

from contextlib import redirect_stderr
from dataclasses import dataclass
from io import StringIO
from typing import Any

import numpy as np
from pydantic import Field

from visualtaste.baselines.fm_design import UserFeatures
from visualtaste.baselines.interactions import Csr
from visualtaste.baselines.libraries import compare_library
from visualtaste.baselines.method import Fitted, Lesson, Method
from visualtaste.baselines.questions import categories_of, training_questions
from visualtaste.data.protocols import Questions
from visualtaste.seeding import derive, generator
from visualtaste.types import Bool, Float32, Float64, Int64, Ragged


class FactorizationMachine(Method):
    """Sampled factorization machine on pictures and, with `known`, on the known categories."""

    known: bool = False
    ids: bool = Field(
        False,
        description="whether training users have ids: these fit them better, and unseen users, who have none, worse",
    )
    visual: int = Field(32, ge=1, description="principal components of the photos' features")
    rank: int = Field(8, ge=1)
    iterations: int = Field(100, ge=2, description="Gibbs sweeps; the second half's samples are kept")
    most_rows: int = Field(500_000, ge=1, description="of more pairs, all wanted and a sample of the others are used")

    def fit(self, lesson: Lesson, seed: int) -> FittedFactorizationMachine:
        questions = training_questions(lesson)
        features = UserFeatures.fitted(lesson.catalogue, questions.shown, self.visual, self.known)
        pairs = _pairs(questions.target, self.most_rows, seed)
        samples = self._sample(features, questions, pairs, seed)
        complete = len(pairs) == questions.target.size
        return FittedFactorizationMachine(features, samples, probabilistic=complete)

    def _sample(self, features: UserFeatures, questions: Questions, pairs: Int64, seed: int) -> list[Sample]:
        users, categories = questions.target.shape
        with compare_library("the factorization machine"):
            from myfm import MyFMGibbsClassifier, RelationBlock
            from scipy.sparse import hstack, identity

            # A block says its rows once, and which pair has which: the pairs themselves are never written out.
            user_block = features.rows(questions.shown)
            if self.ids:
                user_block = hstack([identity(users), user_block], format="csr")
            blocks = [
                RelationBlock((pairs // categories).tolist(), user_block),
                RelationBlock((pairs % categories).tolist(), identity(categories, format="csr")),
            ]
            model = MyFMGibbsClassifier(rank=self.rank, random_seed=derive(seed, "fm") % 2**31)
            with redirect_stderr(StringIO()):  # its progress bar cannot be turned off
                model.fit(
                    None,
                    questions.target.ravel()[pairs],
                    X_rel=blocks,
                    n_iter=self.iterations,
                    n_kept_samples=self.iterations // 2,
                    group_shapes=[users] * self.ids + [*features.groups, categories],
                    callback=lambda *_: (False, None),
                )
        return [Sample.of(fm, users if self.ids else 0, categories) for fm in model.predictor_.samples]


def _pairs(target: Bool, most: int, seed: int) -> Int64:
    """The pairs to learn from, as user * D + category: all, or all wanted ones and at least as many others."""
    if target.size <= most:
        return np.arange(target.size)
    wanted = np.flatnonzero(target)
    drawn = generator(seed, "fm", "pairs").integers(target.size, size=max(most - len(wanted), len(wanted)))
    return np.concatenate([wanted, np.unique(drawn[~target.ravel()[drawn]])])


@dataclass(frozen=True, eq=False)
class Sample:
    """One sample of all weights, the training users' ids replaced by their mean. F is the rank, X a user's features."""

    bias: float
    user_weights: Float64  # (X,)
    user_factors: Float64  # (X, F)
    nobody: Float64  # (F,), the mean training user's factors
    category_weights: Float64  # (D,)
    category_factors: Float64  # (D, F)

    @classmethod
    def of(cls, fm: Any, users: int, categories: int) -> Sample:
        """Divide the weights of the library's `fm`, which come as [users' ids | users' features | categories' ids]."""
        w, v = np.array(fm.w), np.array(fm.V)
        return cls(
            bias=fm.w0 + (w[:users].mean() if users else 0),
            user_weights=w[users:-categories],
            user_factors=v[users:-categories],
            nobody=v[:users].mean(axis=0) if users else np.zeros(v.shape[1]),
            category_weights=w[-categories:],
            category_factors=v[-categories:],
        )

    def scores(self, rows: Csr) -> Float64:
        """Scores (U, D) of users with these features (U, X)."""
        pooled = rows @ self.user_factors + self.nobody  # q, (U, F)
        # pairs within the user: half of what the square of the sum has beside the sum of the squares
        squares = rows.multiply(rows) @ self.user_factors**2 + self.nobody**2
        own = self.bias + rows @ self.user_weights + (pooled**2 - squares).sum(axis=1) / 2  # (U,)
        scores: Float64 = pooled @ self.category_factors.T + self.category_weights + own[:, None]
        return scores

    @property
    def numbers(self) -> int:
        parts = (self.user_weights, self.user_factors, self.nobody, self.category_weights, self.category_factors)
        return 1 + sum(part.size for part in parts)


class FittedFactorizationMachine(Fitted):
    """`probabilistic` where it has learned from all pairs; a sample of them has more wanted ones than there are."""

    def __init__(self, features: UserFeatures, samples: list[Sample], *, probabilistic: bool) -> None:
        self._features = features
        self._samples = samples
        self.probabilistic = probabilistic
        self.parameters = features.projection.size + sum(sample.numbers for sample in samples)

    def _scores(self, shown: Ragged) -> Float32:
        from scipy.special import ndtr

        rows = self._features.rows(shown)
        total = np.zeros((len(shown), self._features.catalogue.width))
        for sample in self._samples:
            total += ndtr(sample.scores(rows))
        return (total / len(self._samples)).astype(np.float32)

    def state_bytes(self, photos: int) -> int:
        """The sum of the photos' principal components in float32 and their number; four bytes a known category."""
        known = categories_of(self._features.catalogue, photos) if self._features.known else 0
        visual = self._features.projection.shape[1]
        return int(4 * (visual + 1 + known))
