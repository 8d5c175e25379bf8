"""Which hyper-parameters are tried: the same number for every method, the default ones first, the others at random.

Nothing is gained from a sampler that learns from earlier trials: with fewer than ten of them optuna's own (TPE)
draws at random as well. Drawn beforehand, all trials can run side by side, and a training answers for every
protocol that it fits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from visualtaste.baselines.libraries import compare_library
from visualtaste.baselines.space import OneOf, Real, Space, Value, Whole
from visualtaste.seeding import derive

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution


def proposals(space: Space, default: Mapping[str, Value], trials: int, seed: int) -> tuple[dict[str, Value], ...]:
    """What to try: `trials` settings of the fields in `space`, the first those of `default`.

    One alone, the default, where there is nothing to tune or `trials` is 0. The same seed draws the same.
    """
    first = {name: default[name] for name in space}
    if not space or trials <= 1:
        return (first,)
    with compare_library("tuning"):
        import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=derive(seed, "tuning") % 2**32))
    distributions = {name: _distribution(dimension) for name, dimension in space.items()}
    drawn = [dict(study.ask(distributions).params) for _ in range(trials - 1)]
    return (first, *drawn)


def _distribution(dimension: Real | Whole | OneOf) -> BaseDistribution:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    match dimension:
        case Real(low, high, log):
            return FloatDistribution(low, high, log=log)
        case Whole(low, high, log):
            return IntDistribution(low, high, log=log)
        case OneOf(values):
            return CategoricalDistribution(values)
