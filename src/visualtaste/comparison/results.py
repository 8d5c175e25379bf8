"""What a comparison found: per protocol one evaluation of all methods, what each costs, and two studies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from visualtaste.baselines.entry import Entry
from visualtaste.baselines.space import Value
from visualtaste.config import Protocol
from visualtaste.evaluation.results import Estimate, Evaluation, MethodResult, Provenance
from visualtaste.metrics.calibration import Calibration
from visualtaste.metrics.simultaneous import SimultaneousDifference, simultaneous_differences
from visualtaste.types import Float64


@dataclass(frozen=True)
class Cost:
    """What a method takes; times are medians over its fits, on one thread.

    state_megabytes is what must be kept of a user who has shown `ComparedProtocol.photos` photos.
    """

    training_seconds: float
    parameters: int
    milliseconds_per_user: float
    state_megabytes: float


@dataclass(frozen=True, eq=False)
class Contender:
    """One method in one protocol, beside its scores, which are in the evaluation under the entry's name.

    settings     the hyper-parameters that tuning chose; empty where nothing was tuned
    calibration  None where the scores are no probabilities
    seeds        trainings a fold
    seed_spread  standard deviation over the seeds of the mean F1 at the headline k; None with a single seed
    """

    entry: Entry
    cost: Cost
    settings: Mapping[str, Value]
    calibration: Calibration | None
    seeds: int
    seed_spread: float | None


@dataclass(frozen=True, eq=False)
class ComparedProtocol:
    """All methods on one question.

    evaluation  scores of every contender, by the entry's name; with several seeds each user's mean over them. The
                reference is a method that is never given the answer
    photos      mean number of photos that a test user shows
    """

    evaluation: Evaluation
    contenders: Mapping[str, Contender]
    photos: float

    @cached_property
    def differences(self) -> dict[str, SimultaneousDifference]:
        """Each method's lead over the reference in F1 at the headline k, corrected for the number of methods.

        Methods that are given the answer (see `Entry.given_the_answer`) are no part of the family in the observed
        protocol and have no entry here; nor has the reference.
        """
        return self.against(self.evaluation.reference)

    @cached_property
    def behind_best(self) -> dict[str, SimultaneousDifference]:
        """The same to the best method, which was chosen on the same users and so looks a little too good."""
        return self.against(self.best.name)

    def against(self, other: str) -> dict[str, SimultaneousDifference]:
        """The lead over the method called `other` of every method that takes part in the ranking."""
        f1 = {method.name: self.f1(method.name) for method in self.ranked if method.name != other}
        found = simultaneous_differences(list(f1.values()), self.f1(other), self.evaluation.seed, self.evaluation.draws)
        return dict(zip(f1, found, strict=True))

    def f1(self, name: str) -> Float64:
        """A method's F1 at the headline k of every user (U,)."""
        return self.evaluation.method(name).scores.f1[:, self.evaluation.headline_column]

    @cached_property
    def ranked(self) -> list[MethodResult]:
        """The methods that take part in the ranking, highest F1 first: all that are not given the answer."""
        return [method for method in self.evaluation.ranked if not self.given_the_answer(method.name)]

    @property
    def best(self) -> MethodResult:
        """The first of the ranked methods."""
        return self.ranked[0]

    def given_the_answer(self, name: str) -> bool:
        """Whether this protocol's target can be read off what the method sees."""
        return self.evaluation.protocol == "observed" and self.contenders[name].entry.given_the_answer


@dataclass(frozen=True, eq=False)
class WeightPoint:
    """One positive weight tried with one method: what it does to ranking and to probabilities.

    raw        the sigmoid of the logits as the weighted loss shapes them
    corrected  after ln w is subtracted from the logits
    shifted    after, beside ln w, the constant fitted on validation users is added: what the model gives out
    """

    method: str  # title
    protocol: Protocol
    weight: float
    f1: Estimate
    difference: Estimate | None  # to weight 1 on the same users; None for weight 1 itself
    raw: Calibration
    corrected: Calibration
    shifted: Calibration


@dataclass(frozen=True)
class AugmentationPoint:
    """One method trained with and without random sub-sets (cuts in time) of each training user's items."""

    method: str  # title
    protocol: Protocol
    without: Estimate  # F1 at the headline k
    augmented: Estimate
    difference: Estimate  # augmented - without, on the same users


@dataclass(frozen=True, eq=False)
class ComparisonResult:
    """Everything behind comparison.json, comparison.md and report.html.

    trials  hyper-parameter trials a method and protocol; 0 where default settings were taken
    """

    dataset: str
    protocols: Mapping[Protocol, ComparedProtocol]
    weights: tuple[WeightPoint, ...]
    augmentation: tuple[AugmentationPoint, ...]
    folds: int
    seeds: int
    trials: int
    provenance: Provenance
