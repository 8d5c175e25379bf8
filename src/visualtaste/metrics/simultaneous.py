"""Many methods against one reference: intervals and p-values that hold for all of them at once.

Of twenty methods that are no better than the reference, one is likely to have a 95 % interval above or below 0. The
maximum of all methods' t statistics takes care of that (max-t: Westfall & Young 1993; Romano & Wolf 2005): over the
draws of the paired bootstrap, how far does the mean that strays most get, in its own standard errors? Methods that
err together are corrected less than by Bonferroni, who must expect the worst. It is the single-step form: a
stepwise one would find somewhat more, but its p-values would not say the same as the intervals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from visualtaste.errors import DataError
from visualtaste.metrics.intervals import DRAWS, LEVEL, resampled_means
from visualtaste.types import Float64

# Metrics are shares of one; what differs behind this decimal does so by rounding, as means over seeds and draws do.
_DECIMALS = 12


@dataclass(frozen=True)
class SimultaneousDifference:
    """A method's lead over the reference, with what can be said of it where many methods are compared.

    value        mean over users of the difference
    low, high    simultaneous 95 % interval: with probability 0.95 all methods' true differences lie in theirs
    probability  share of the bootstrap draws in which the method's mean is above the reference's, uncorrected;
                 equal means count half
    p            two-sided p-value, corrected for the number of methods (max-t)
    """

    value: float
    low: float
    high: float
    probability: float
    p: float


def simultaneous_differences(
    samples: Sequence[Float64], reference: Float64, seed: int, draws: int = DRAWS
) -> list[SimultaneousDifference]:
    """Compare several methods (U,) with one reference (U,), the same users in all, on the same draws of users.

    With d a method's mean difference, d* that of a draw and se = std(d*), every draw has T* = max |d* - d| / se over
    the methods. The intervals are d ± c se, where c is the 95 % quantile of T*;
    p = (1 + draws with T* >= |d| / se) / (1 + draws).

    A method that differs from the reference by the same amount for every user has no spread: its interval is that
    amount alone, it takes no part in T*, and p is 1 where the amount is 0, else the least that draws allow. A single
    user looks like that too: nothing is known of other users then.

    Raises DataError when there is no user, when the samples differ in users, or when a value is not finite.
    """
    if not samples:
        return []
    for sample in samples:
        if sample.ndim != 1 or sample.shape != reference.shape:
            raise DataError(f"values of shape {sample.shape} cannot be compared with a reference of {reference.shape}")
    gaps = np.round(np.stack(samples, axis=1) - reference[:, None], _DECIMALS)  # (U, m)
    means = np.round(resampled_means([gaps], seed, draws)[0], _DECIMALS)  # (draws, m)
    value = gaps.mean(axis=0)
    varies = means.min(axis=0) < means.max(axis=0)
    error = np.where(varies, means.std(axis=0), 0)  # (m,)

    strays = (np.abs(means - value)[:, varies] / error[varies]).max(axis=1, initial=0)  # T* (draws,)
    reach = np.quantile(strays, LEVEL) * error
    statistic = np.where(value == 0, 0, np.inf)
    statistic[varies] = np.abs(value[varies]) / error[varies]
    p = (1 + (strays[:, None] >= statistic).sum(axis=0)) / (1 + draws)
    probability = ((means > 0) + 0.5 * (means == 0)).mean(axis=0)
    columns = np.stack([value, value - reach, value + reach, probability, p], axis=1)
    return [SimultaneousDifference(*row) for row in columns.tolist()]
