"""The comparison as a small table: for the terminal, and as markdown for documentation."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from visualtaste.evaluation.results import Estimate, Evaluation
from visualtaste.evaluation.wording import METRICS, PROTOCOLS, TIED, count, number, signed, signed_span, span, verdict

# What the tables show of each method, at the headline k.
COLUMNS = ("precision", "recall", "f1", "ndcg", "r_precision")


def terminal_table(evaluation: Evaluation) -> Table:
    """Means over users at the headline k, best first, with the interval of F1 and the lead over the reference.

    Fits 80 columns.
    """
    k = evaluation.headline_k
    table = empty_table(evaluation, _terminal_caption(evaluation))
    table.add_column("Method")
    for heading in (f"P@{k}", f"R@{k}", f"F1@{k}", "95 %", "R-prec", "ΔF1"):
        table.add_column(heading, justify="right", no_wrap=True)
    best = evaluation.best
    for method in evaluation.ranked:
        values = {metric: evaluation.estimate(method.name, metric) for metric in COLUMNS}
        table.add_row(
            escape(method.title),
            *(number(values[metric].value) for metric in ("precision", "recall", "f1")),
            f"[dim]{span(values['f1'], 2)}[/]",
            number(values["r_precision"].value),
            _lead(evaluation.difference(method.name, "f1")),
            style="bold" if method is best else "",
        )
    return table


def empty_table(evaluation: Evaluation, caption: str) -> Table:
    """A table for the terminal, headed by the data set and the protocol, as yet without columns."""
    return Table(
        title=f"{escape(evaluation.dataset)} · {PROTOCOLS[evaluation.protocol].title}",
        caption=caption,
        title_justify="left",
        caption_justify="left",
        title_style="bold",
        box=SIMPLE_HEAD,
        pad_edge=False,
    )


def markdown_table(evaluation: Evaluation) -> str:
    """The same for documentation: every mean with its interval, and the lead in F1 with its own."""
    k = evaluation.headline_k
    headings = ["Method", *(METRICS[metric].at(k) for metric in COLUMNS), f"ΔF1@{k} to reference"]
    lines = [_row(headings), _row(["---"] + ["---:"] * (len(headings) - 1))]
    for method in evaluation.ranked:
        estimates = [evaluation.estimate(method.name, metric) for metric in COLUMNS]
        cells = [f"{number(estimate.value)} ({span(estimate)})" for estimate in estimates]
        gap = evaluation.difference(method.name, "f1")
        lead = "reference" if gap is None else f"{signed(gap.value)} ({signed_span(gap)})"
        lines.append(_row([_cell(method.title), *cells, lead]))
    caution = PROTOCOLS[evaluation.protocol].caution
    explained = f"{asked_users(evaluation)} In brackets: 95 % bootstrap intervals over users. {caution}".rstrip()
    return "\n".join([*lines, "", explained, ""])


def _lead(gap: Estimate | None) -> str:
    """The difference to the reference, marked when its interval reaches over 0."""
    if gap is None:
        return "[dim]ref.[/]"
    return f"{'≈ ' if verdict(gap) == TIED else ''}{signed(gap.value)}"


def _terminal_caption(evaluation: Evaluation) -> str:
    parts = [escape(asked_users(evaluation)), "95 %: bootstrap interval of F1 over users."]
    gaps = [evaluation.difference(method.name, "f1") for method in evaluation.methods]
    if any(gap is not None and verdict(gap) == TIED for gap in gaps):
        parts.append("≈: not told apart from the reference.")
    if evaluation.protocol == "observed":
        parts.append("[bold]Observed: the answer is in the input; this is recognition, not foresight.[/]")
    return " ".join(parts)


def asked_users(evaluation: Evaluation) -> str:
    """How many users and categories the means are over, and who was left out."""
    folds = f" in {evaluation.folds} folds" if evaluation.folds > 1 else ""
    text = (
        f"Means over {count(evaluation.users, 'test user')}{folds}; {count(evaluation.categories, 'category')}, "
        f"of which a user wants {evaluation.wanted_per_user:.1f}."
    )
    left_out = [f"{skipped.count:,} {skipped.reason}" for skipped in evaluation.skipped if skipped.count]
    return f"{text} Left out: {'; '.join(left_out)}." if left_out else text


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
