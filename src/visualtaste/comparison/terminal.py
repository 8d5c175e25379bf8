"""One protocol's comparison as a table for the terminal."""

from __future__ import annotations

from rich.markup import escape
from rich.table import Table

from visualtaste.comparison.results import ComparedProtocol
from visualtaste.comparison.rows import Row, sections
from visualtaste.evaluation.table import empty_table
from visualtaste.evaluation.wording import EN_DASH, TIED, count, number, signed, span, verdict


def terminal_table(compared: ComparedProtocol) -> Table:
    """Means over users at the headline k by groups, best first in each; fits 80 columns."""
    evaluation = compared.evaluation
    k = evaluation.headline_k
    table = empty_table(evaluation, _caption(compared))
    table.add_column("Method")
    table.add_column("Sees", no_wrap=True)
    for heading in (f"P@{k}", f"R@{k}", f"F1@{k}", "95 %", "ΔF1"):
        table.add_column(heading, justify="right", no_wrap=True)
    for section in sections(compared):
        apart = ", given the answer" if section.given else ""
        table.add_row(f"[bold italic]{section.group.title}{apart}[/]")
        for row in section.rows:
            table.add_row(*_cells(row), style="bold" if row.best else "dim" if section.given else "")
        table.add_section()
    return table


def _cells(row: Row) -> list[str]:
    f1 = row.estimates["f1"]
    return [
        f"{escape(row.title)}{' †' if row.level else ''}",
        row.sees.replace(" ", ""),
        *(number(row.estimates[metric].value) for metric in ("precision", "recall", "f1")),
        f"[dim]{span(f1, 2)}[/]",
        _lead(row),
    ]


def _lead(row: Row) -> str:
    """The difference to the reference, marked when its simultaneous interval reaches over 0."""
    if row.lead is None:
        return "[dim]ref.[/]" if row.reference else f"[dim]{EN_DASH}[/]"
    return f"{'≈ ' if verdict(row.lead) == TIED else ''}{signed(row.lead.value)}"


def _caption(compared: ComparedProtocol) -> str:
    evaluation = compared.evaluation
    parts = [
        f"{count(evaluation.users, 'test user')}. Sees P pictures, C known categories, I which items.",
        "95 %: bootstrap interval of F1 over users.",
    ]
    if any(lead.low <= 0 <= lead.high for lead in compared.differences.values()):
        parts.append("≈: not told apart from the reference, all methods taken together.")
    if any(gap.high >= 0 for gap in compared.behind_best.values()):
        parts.append("†: not told apart from the best.")
    if evaluation.protocol == "observed":
        parts.append("[bold]Observed: the answer is in the input; this is recognition, not foresight.[/]")
    return " ".join(parts)
