"""How protocols, metrics and numbers are said to people: one wording for terminal, report and documentation."""

from __future__ import annotations

from dataclasses import dataclass

from visualtaste.config import Protocol
from visualtaste.evaluation.results import Estimate

MINUS = "\N{MINUS SIGN}"
EN_DASH = "\N{EN DASH}"
TIED = "not told apart"


@dataclass(frozen=True)
class ProtocolWording:
    """One protocol in plain words; `caution` is what a reader must know before believing a figure."""

    title: str
    shown: str
    asked: str
    answer: str  # what to call the categories that are right
    caution: str = ""


PROTOCOLS: dict[Protocol, ProtocolWording] = {
    "observed": ProtocolWording(
        title="Observed",
        shown="photos of all their purchases",
        asked="the categories of these very purchases",
        answer="among the shown purchases",
        caution=(
            "The answer is in the input. What is asked here are the categories of the very photos that are shown, "
            "so these figures say how well a set of photos is recognised, not how well anything is foreseen. "
            "A perfect classifier of single photos would score 1.0. The held-out protocol asks about the future."
        ),
    ),
    "held-out": ProtocolWording(
        title="Held-out",
        shown="photos of the earlier half of their purchases",
        asked="the categories of the later half, which no method has seen",
        answer="bought later",
    ),
    "new-interests": ProtocolWording(
        title="New interests",
        shown="photos of the earlier half of their purchases",
        asked="the categories of the later half that they had never bought before",
        answer="bought later, for the first time",
        caution=(
            "Only the new counts. Categories that a user had already bought are taken out of the ranking, "
            "so these figures are far lower than those of the held-out protocol and not to be compared with them."
        ),
    ),
}


@dataclass(frozen=True)
class MetricWording:
    """A metric's name, and what it says in half a sentence."""

    title: str
    meaning: str
    has_k: bool = True

    def at(self, k: int) -> str:
        """The name with its k: "Recall@15"."""
        return f"{self.title}@{k}" if self.has_k else self.title


METRICS: dict[str, MetricWording] = {
    "precision": MetricWording("Precision", "share of the first k categories that are right"),
    "recall": MetricWording("Recall", "share of the wanted categories that are among the first k"),
    "f1": MetricWording("F1", "harmonic mean of precision and recall, taken user by user"),
    "ndcg": MetricWording("nDCG", "as precision, but an earlier place counts more; 1 is a perfect order"),
    "r_precision": MetricWording(
        "R-precision", "precision of as many places as the user wanted categories", has_k=False
    ),
    "thresholded_precision": MetricWording(
        "Thresholded precision", "of the first k, only those with a probability of at least 0.5 count"
    ),
    "thresholded_recall": MetricWording("Thresholded recall", "wanted categories among those that count"),
    "thresholded_f1": MetricWording("Thresholded F1", "harmonic mean of the two, taken user by user"),
}


def number(value: float, decimals: int = 3) -> str:
    """0.6417 as "0.642"; negative numbers with a real minus."""
    return f"{value:.{decimals}f}".replace("-", MINUS)


def signed(value: float, decimals: int = 3) -> str:
    """A difference: "+0.021", and what rounds to nothing without a sign."""
    text = f"{value:+.{decimals}f}"
    return text[1:] if float(text) == 0 else text.replace("-", MINUS)


def span(estimate: Estimate, decimals: int = 3) -> str:
    """An interval of values, 0.631 to 0.652, with an en dash between them."""
    return f"{number(estimate.low, decimals)}{EN_DASH}{number(estimate.high, decimals)}"


def signed_span(estimate: Estimate, decimals: int = 3) -> str:
    """An interval of differences: "+0.010 to +0.032"; a dash between two signs would be unreadable."""
    return f"{signed(estimate.low, decimals)} to {signed(estimate.high, decimals)}"


def percent(share: float) -> str:
    """A share of one: "62 %"; the small ones keep a digit, and what rounds to 0 or 100 without being so says it."""
    if 0 < share < 0.001:
        return "< 0.1\N{NO-BREAK SPACE}%"
    if 0.999 < share < 1:
        return "> 99.9\N{NO-BREAK SPACE}%"
    decimals = 1 if share < 0.0995 or 0.99 < share < 1 else 0
    return f"{100 * share:.{decimals}f}\N{NO-BREAK SPACE}%"


def count(amount: float, noun: str) -> str:
    """ "1 user", "20,000 users", "3 categories"."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{amount:,} {noun if amount == 1 else plural}"


def verdict(difference: Estimate | None) -> str:
    """A difference to the reference in words: is it sure, and in which direction."""
    if difference is None:
        return "reference"
    if difference.low > 0:
        return "better"
    if difference.high < 0:
        return "worse"
    return TIED
