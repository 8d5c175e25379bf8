"""How a comparison is said to people: what a method sees, verdicts that hold for many methods, amounts."""

from __future__ import annotations

from visualtaste.baselines.entry import Sees
from visualtaste.comparison.results import ComparedProtocol, ComparisonResult, Contender
from visualtaste.evaluation.results import Estimate
from visualtaste.evaluation.wording import EN_DASH, count, verdict
from visualtaste.metrics.simultaneous import SimultaneousDifference

SEES: dict[Sees, str] = {
    "pictures": "P",
    "categories": "C",
    "items": "I",
}
SEES_KEY = (
    "What a method sees of the shown items: P their pictures, C their known categories, I which items they are; "
    f"{EN_DASH} nothing."
)
GIVEN = "Given the answer"
GIVEN_MEANING = (
    "What is asked here are the categories of the shown items, and these methods are told exactly those, or which "
    "items they are. Their figures say nothing about seeing. They take no part in the ranking, in the comparison "
    "with the reference, or in anything said above."
)
SIMULTANEOUS = (
    "Intervals and p of the differences hold for all methods together (max-t over the bootstrap draws): with "
    "probability 0.95 every true difference lies in its interval."
)


# A WeightPoint's three calibrations, as headings.
KINDS = {"raw": "Raw", "corrected": "ln w taken off", "shifted": "As given out"}
WEIGHTS = (
    "A positive weight w multiplies the odds of every category by w. Raw: the probabilities as the loss shapes them; "
    "ln w taken off: after the logits were corrected for that; as given out: after a constant fitted on validation "
    "users was added as well. ECE: mean distance between what is said and what happens; Brier: mean squared error; "
    "both are better when lower."
)
AUGMENTATION = (
    "The same method trained without, and with, a new random part of each training user's items in every epoch: any "
    "subset, with its own categories, in the observed protocol; any cut in time in the held-out one."
)


def trained(result: ComparisonResult) -> str:
    """How the methods were trained and tuned, in a sentence or two."""
    tuned = (
        f"Hyper-parameters are the best of {count(result.trials, 'trial')} on validation users of the first fold"
        + (
            ", who are tested in other folds: a slight advantage, the same for all methods."
            if result.folds > 1
            else "."
        )
        if result.trials
        else "Hyper-parameters are the defaults; nothing was tuned."
    )
    seeds = f" What depends on chance in training is the mean of {result.seeds} trainings." if result.seeds > 1 else ""
    folds = f"Every user is tested once, in {count(result.folds, 'fold')}. " if result.folds > 1 else ""
    return f"{folds}{tuned}{seeds}"


def sees(contender: Contender) -> str:
    """What a method sees, as letters: "P C"."""
    return " ".join(letter for what, letter in SEES.items() if what in contender.entry.sees) or EN_DASH


def as_estimate(lead: SimultaneousDifference) -> Estimate:
    """A difference with its simultaneous interval, for the wording of intervals."""
    return Estimate(lead.value, lead.low, lead.high, lead.probability)


def p_value(p: float) -> str:
    """ "p = 0.030", "p < 0.001"; it stays on one line."""
    said = "p < 0.001" if p < 0.001 else f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"
    return said.replace(" ", "\N{NO-BREAK SPACE}")


def lead_verdict(compared: ComparedProtocol, name: str) -> str:
    """What can be said of a method against the reference: "better, p < 0.001"."""
    if compared.given_the_answer(name):
        return "not compared"
    lead = compared.differences.get(name)
    return "reference" if lead is None else f"{verdict(as_estimate(lead))}, {p_value(lead.p)}"


def level_with_best(compared: ComparedProtocol, name: str) -> bool:
    """Whether a method that is not the best cannot be told apart from it."""
    gap = compared.behind_best.get(name)
    return gap is not None and gap.high >= 0


def amount(value: float) -> str:
    """A quantity with about two digits that count: "1,240", "12", "0.45", "< 0.001"."""
    if value == 0:
        return "0"
    if value < 0.001:
        return "< 0.001"
    if value >= 10:
        return f"{value:,.0f}"
    decimals = next(digits for digits, least in ((1, 1), (2, 0.1), (3, 0)) if value >= least)
    return f"{value:.{decimals}f}"


def parameters(number: int) -> str:
    """ "850", "12 k", "3.2 M"."""
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if number >= size:
            scaled = number / size
            return f"{scaled:.1f} {letter}" if scaled < 10 else f"{scaled:,.0f} {letter}"
    return str(number)


def setting(value: object) -> str:
    """A hyper-parameter's value, numbers with four digits that count."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def weight(value: float) -> str:
    """A positive weight: "36", "2.5"."""
    return f"{value:g}"
