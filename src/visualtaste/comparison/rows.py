"""What tables show of each method, for terminal, markdown and page alike."""

from __future__ import annotations

from dataclasses import dataclass

from visualtaste.comparison.groups import Group, groups
from visualtaste.comparison.results import ComparedProtocol, Contender
from visualtaste.comparison.wording import as_estimate, lead_verdict, level_with_best, sees
from visualtaste.evaluation.results import Estimate

# What the tables show of each method, at the headline k.
COLUMNS = ("precision", "recall", "f1", "ndcg", "r_precision")


@dataclass(frozen=True, eq=False)
class Row:
    """One method in one protocol.

    sees     letters, see `wording.SEES`
    lead     over the reference in F1, with the simultaneous interval; None for what is not compared
    verdict  the same in words
    best     the best of the ranked methods; `level`: not told apart from it
    """

    name: str
    title: str
    sees: str
    contender: Contender
    estimates: dict[str, Estimate]
    lead: Estimate | None
    verdict: str
    reference: bool
    best: bool
    level: bool


@dataclass(frozen=True, eq=False)
class Section:
    """A group's rows, highest F1 first; `given`: these are given the answer and take no part in the ranking."""

    group: Group
    given: bool
    rows: list[Row]


def sections(compared: ComparedProtocol) -> list[Section]:
    """All methods by group; those given the answer come last."""
    found = []
    for group in groups(compared):
        names = sorted(group.methods, key=lambda name: -compared.evaluation.estimate(name, "f1").value)
        found.append(Section(group, compared.given_the_answer(names[0]), [_row(compared, name) for name in names]))
    return sorted(found, key=lambda section: section.given)


def _row(compared: ComparedProtocol, name: str) -> Row:
    evaluation = compared.evaluation
    contender = compared.contenders[name]
    lead = compared.differences.get(name)
    return Row(
        name=name,
        title=contender.entry.title,
        sees=sees(contender),
        contender=contender,
        estimates={metric: evaluation.estimate(name, metric) for metric in COLUMNS},
        lead=None if lead is None else as_estimate(lead),
        verdict=lead_verdict(compared, name),
        reference=name == evaluation.reference,
        best=name == compared.best.name,
        level=level_with_best(compared, name),
    )
