"""Bayesian personalised ranking for a user who was not there in training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visualtaste.types import Float64, Int64

_STEPS = 50
_PRECISION = 1e-10  # of the objective


@dataclass(frozen=True, eq=False)
class Negatives:
    """Columns that a user may be without, each with how often training draws it."""

    columns: Int64  # (M,), distinct
    weights: Float64  # (M,)

    @classmethod
    def drawn(cls, users: Float64, most: int, rng: np.random.Generator) -> Negatives:
        """All columns by their number of `users` (C,); of more than `most` columns as many draws by that number."""
        if len(users) <= most:
            return cls(np.arange(len(users)), users)
        columns, times = np.unique(rng.choice(len(users), most, p=users / users.sum()), return_counts=True)
        return cls(columns, times.astype(np.float64))


def fold_in(
    shown: NDArray[Any], factors: Float64, bias: Float64, negatives: Negatives, regularisation: float
) -> Float64:
    """The user vector u (F,) that minimises what training minimises, the columns' factors and biases fixed:

        sum over i, j of q_i r_j ln(1 + exp(-(m_i - m_j))) + regularisation / 2 |u|^2,   m = factors u + bias

    over shown columns i, equally weighted (q), and the other columns j, weighted as training draws them (r); both
    weights sum to 1. Convex and smooth, so that Newton's method with halved steps finds the one minimum from 0. A
    user who shows no column, or all of them, stays at 0.
    """
    user = np.zeros(factors.shape[1])
    others = ~np.isin(negatives.columns, shown)
    if len(shown) == 0 or not others.any():
        return user
    pairs = Pairs.of(shown, negatives.columns[others], negatives.weights[others], factors, bias, regularisation)
    loss = pairs.loss(user)
    for _ in range(_STEPS):
        gradient, hessian = pairs.derivatives(user)
        step = np.linalg.solve(hessian, gradient)
        promised = gradient @ step
        if promised < _PRECISION:
            break
        size = 1.0
        while pairs.loss(user - size * step) > loss - size * promised / 4:
            size /= 2
        user = user - size * step
        loss = pairs.loss(user)
    return user


@dataclass(frozen=True, eq=False)
class Pairs:
    """One user's objective: n shown columns against M others."""

    shown: Float64  # (n, F)
    others: Float64  # (M, F)
    lead: Float64  # (n, M), the differences of the biases
    weights: Float64  # (M,), sum 1 / n: of each pair
    regularisation: float

    @classmethod
    def of(
        cls, shown: Any, others: Int64, weights: Float64, factors: Float64, bias: Float64, regularisation: float
    ) -> Pairs:
        lead = bias[shown][:, None] - bias[others]
        return cls(factors[shown], factors[others], lead, weights / weights.sum() / len(shown), regularisation)

    def _margins(self, user: Float64) -> Float64:
        margins: Float64 = (self.shown @ user)[:, None] - self.others @ user + self.lead
        return margins

    def loss(self, user: Float64) -> float:
        penalty = self.regularisation / 2 * (user @ user)
        return float((np.logaddexp(0, -self._margins(user)) @ self.weights).sum() + penalty)

    def derivatives(self, user: Float64) -> tuple[Float64, Float64]:
        """Gradient (F,) and Hessian (F, F)."""
        wrong = (1 - np.tanh(self._margins(user) / 2)) / 2  # sigmoid(-margin), without overflow
        pull = wrong * self.weights  # (n, M)
        gradient = self.others.T @ pull.sum(axis=0) - self.shown.T @ pull.sum(axis=1) + self.regularisation * user
        bend = pull * (1 - wrong)
        # sum over pairs of bend (y_i - y_j)(y_i - y_j)', multiplied out
        across = self.shown.T @ bend @ self.others
        hessian = (self.shown.T * bend.sum(axis=1)) @ self.shown + (self.others.T * bend.sum(axis=0)) @ self.others
        hessian -= across + across.T
        hessian[np.diag_indices_from(hessian)] += self.regularisation
        return gradient, hessian
