"""The main findings of a comparison in sentences, computed from the figures: for the page and the documentation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from visualtaste.comparison.results import ComparedProtocol, ComparisonResult, Contender
from visualtaste.comparison.wording import as_estimate, p_value
from visualtaste.evaluation.results import Estimate, MethodResult
from visualtaste.evaluation.wording import PROTOCOLS, TIED, count, number, signed, signed_span, span, verdict
from visualtaste.metrics.intervals import difference_interval
from visualtaste.metrics.simultaneous import SimultaneousDifference

# The name under which the comparison lists popularity.
POPULARITY = "popularity"
# Methods that are listed by title before the others are only counted.
_MOST_NAMED = 3

GroupOf = Callable[[Contender], bool]


@dataclass(frozen=True)
class Finding:
    """What is found, and about what."""

    about: str
    text: str


def findings(result: ComparisonResult) -> list[tuple[str, list[Finding]]]:
    """Each protocol's title with its findings, one sentence or two each."""
    return [(PROTOCOLS[name].title, _of(compared)) for name, compared in result.protocols.items()]


def _of(compared: ComparedProtocol) -> list[Finding]:
    several = len(compared.ranked) > 1
    told = {
        f"Best of {count(len(compared.ranked), 'method')}" if several else "The only method": _best(compared),
        "Level with it": _level(compared),
        "Against popularity, the same list for everyone": _popularity(compared),
        "Known categories or items against pictures": _first_against(compared, _known_alone, _pictures_alone),
        "Pictures beside known categories": _first_against(compared, _both, _known_alone),
        "Given the answer": _given(compared),
    }
    return [Finding(about, text) for about, text in told.items() if text]


def _best(compared: ComparedProtocol) -> str:
    """Who is best, and whether that is more than the reference."""
    evaluation, best = compared.evaluation, compared.best
    f1 = evaluation.estimate(best.name, "f1")
    whole = f"{best.title}, F1@{evaluation.headline_k} {number(f1.value)} ({span(f1)})"
    if len(compared.ranked) == 1:
        return f"{whole}."
    lead = compared.differences.get(best.name)
    if lead is None:
        return f"{whole}. It is the reference that the others are compared with; none is above it."
    reference = evaluation.method(evaluation.reference).title
    sure = "" if verdict(as_estimate(lead)) != TIED else ", which is not enough to tell the two apart"
    return f"{whole}, {_lead(lead)} to the reference, {reference}{sure}."


def _level(compared: ComparedProtocol) -> str:
    """How many methods the best cannot be told apart from."""
    if len(compared.ranked) == 1:
        return ""
    level = [one for one in compared.ranked if one is not compared.best and compared.behind_best[one.name].high >= 0]
    if not level:
        return "No method: the best is told apart from every other one."
    return f"{count(len(level), 'method')} that cannot be told apart from the best: {_named(level)}."


def _popularity(compared: ComparedProtocol) -> str:
    """Who does better than the same list for everyone."""
    if POPULARITY not in compared.contenders or len(compared.ranked) == 1:
        return ""
    leads = compared.against(POPULARITY)
    better = sum(lead.low > 0 for lead in leads.values())
    worse = sum(lead.high < 0 for lead in leads.values())
    f1 = compared.evaluation.estimate(POPULARITY, "f1").value
    return (
        f"Its F1 is {number(f1)}. Of {count(len(leads), 'other method')}, {better} better, {worse} worse, "
        f"{len(leads) - better - worse} not told apart from it."
    )


def _first_against(compared: ComparedProtocol, a: GroupOf, b: GroupOf) -> str:
    """What it brings to see what methods of `a` see instead of what those of `b` see, best against best."""
    first, second = _first(compared, a), _first(compared, b)
    if first is None or second is None:
        return ""
    gap = _gap(compared, first, second)
    return (
        f"The best of each: {first.title} is {verdict(gap)} {'from' if verdict(gap) == TIED else 'than'} "
        f"{second.title}, {signed(gap.value)} ({signed_span(gap)})."
    )


def _given(compared: ComparedProtocol) -> str:
    """That some methods are not in the ranking, and why."""
    given = [name for name in compared.contenders if compared.given_the_answer(name)]
    if not given:
        return ""
    return f"{count(len(given), 'method')} with known categories or items, shown apart and in none of the above."


def _pictures_alone(one: Contender) -> bool:
    return one.entry.sees == {"pictures"}


def _known_alone(one: Contender) -> bool:
    return one.entry.given_the_answer and "pictures" not in one.entry.sees


def _both(one: Contender) -> bool:
    return one.entry.given_the_answer and "pictures" in one.entry.sees


def _first(compared: ComparedProtocol, belongs: GroupOf) -> MethodResult | None:
    return next((method for method in compared.ranked if belongs(compared.contenders[method.name])), None)


def _gap(compared: ComparedProtocol, a: MethodResult, b: MethodResult) -> Estimate:
    """The lead in F1 of one method over one other."""
    evaluation = compared.evaluation
    found = difference_interval(
        compared.f1(a.name)[:, None], compared.f1(b.name)[:, None], evaluation.seed, evaluation.draws
    )
    return Estimate.of(found)


def _lead(lead: SimultaneousDifference) -> str:
    return f"{signed(lead.value)} ({signed_span(as_estimate(lead))}, {p_value(lead.p)})"


def _named(methods: list[MethodResult]) -> str:
    titles = [method.title for method in methods[:_MOST_NAMED]]
    more = len(methods) - len(titles)
    return "; ".join(titles) + (f"; and {more} more" if more else "")
