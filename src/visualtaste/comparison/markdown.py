"""comparison.md: the comparison as tables for documentation."""

from __future__ import annotations

from collections.abc import Iterable

from visualtaste.comparison.findings import findings
from visualtaste.comparison.results import ComparedProtocol, ComparisonResult, WeightPoint
from visualtaste.comparison.rows import COLUMNS, Row, Section, sections
from visualtaste.comparison.settings_table import chosen_settings
from visualtaste.comparison.thresholded import THRESHOLDED, counted_twice
from visualtaste.comparison.wording import (
    AUGMENTATION,
    GIVEN,
    GIVEN_MEANING,
    KINDS,
    SEES_KEY,
    SIMULTANEOUS,
    WEIGHTS,
    amount,
    parameters,
    setting,
    trained,
    weight,
)
from visualtaste.evaluation.results import Estimate
from visualtaste.evaluation.table import asked_users
from visualtaste.evaluation.wording import PROTOCOLS, number, signed, signed_span, span, verdict


def markdown(result: ComparisonResult) -> str:
    """Findings, a table per protocol, the two studies, and the hyper-parameters that were chosen."""
    parts = [f"# Methods compared on {result.dataset}", trained(result), "## In short"]
    for title, told in findings(result):
        parts.append(
            "\n".join([f"**{_text(title)}**", "", *(f"- **{_text(one.about)}.** {_text(one.text)}" for one in told)])
        )
    for compared in result.protocols.values():
        parts += _protocol(compared)
    if result.weights:
        parts += ["## The positive weight", WEIGHTS, _weights(result)]
    if result.augmentation:
        parts += ["## Random parts of users as further examples", AUGMENTATION, _augmentation(result)]
    parts += _settings(result)
    if result.provenance.command:
        parts += ["## How this was made", f"```\n{result.provenance.command}\n```"]
    return "\n\n".join(parts) + "\n"


def _protocol(compared: ComparedProtocol) -> list[str]:
    evaluation = compared.evaluation
    words = PROTOCOLS[evaluation.protocol]
    parts = [f"## {words.title}"]
    if words.caution:
        parts.append(f"> **{words.caution.split('. ')[0]}.** {words.caution.split('. ', 1)[1]}")
    parts.append(
        f"Shown are {words.shown}, {compared.photos:.1f} a user; asked are {words.asked}. {asked_users(evaluation)} "
        f"In brackets: 95 % bootstrap intervals over users."
    )
    found = sections(compared)
    ranked = [section for section in found if not section.given]
    parts += [_table(compared, ranked), f"{SEES_KEY} {SIMULTANEOUS}{_level_key(compared)}"]
    if given := [section for section in found if section.given]:
        parts += [f"### {GIVEN}", f"> **Not to be compared with the above.** {GIVEN_MEANING}", _table(compared, given)]
    if counted_twice(compared):
        parts += ["### Thresholded", THRESHOLDED, _thresholded(compared)]
    return parts


def _thresholded(compared: ComparedProtocol) -> str:
    k = compared.evaluation.headline_k
    names = [f"{name}@{k}" for name in ("P", "R", "F1")]
    headings = ["Method", *names, *(f"Thresholded {name}" for name in names)]
    rows = [
        [_text(one.title), *(number(value) for value in (*one.usual, *one.thresholded))]
        for one in counted_twice(compared)
    ]
    return "\n".join(map(_row, [headings, ["---"] + ["---:"] * 6, *rows]))


def _level_key(compared: ComparedProtocol) -> str:
    if len(compared.ranked) == 1:
        return ""
    return f" Bold: the best, {_text(compared.best.title)}; †: not told apart from it."


def _table(compared: ComparedProtocol, shown: list[Section]) -> str:
    k = compared.evaluation.headline_k
    metrics = ("P", "R", "F1", "nDCG")
    headings = ["Method", "Sees", *(f"{name}@{k}" for name in metrics), "R-precision"]
    headings += [f"ΔF1@{k} to reference", "Verdict", "Train s", "Parameters", "ms/user", "MB/user"]
    lines = [_row(headings), _row(["---", "---"] + ["---:"] * 6 + ["---"] + ["---:"] * 4)]
    for section in shown:
        lines.append(_row([f"*{section.group.title}*"] + [""] * (len(headings) - 1)))
        lines += [_row(_cells(row)) for row in section.rows]
    return "\n".join(lines)


def _cells(row: Row) -> list[str]:
    title = _text(row.title)
    title = f"**{title}**" if row.best else f"{title} †" if row.level else title
    estimates = [
        number(row.estimates[metric].value) + (f" ({span(row.estimates[metric])})" if metric == "f1" else "")
        for metric in COLUMNS
    ]
    cost = row.contender.cost
    return [
        title,
        row.sees,
        *estimates,
        "" if row.lead is None else _signed(row.lead),
        row.verdict,
        amount(cost.training_seconds),
        parameters(cost.parameters),
        amount(cost.milliseconds_per_user),
        amount(cost.state_megabytes),
    ]


def _weights(result: ComparisonResult) -> str:
    headings = ["Method", "Protocol", "w", "F1", "ΔF1 to w = 1"]
    headings += [f"{measure}, {kind[0].lower()}{kind[1:]}" for measure in ("ECE", "Brier") for kind in KINDS.values()]
    lines = [_row(headings), _row(["---", "---"] + ["---:"] * 9)]
    return "\n".join([*lines, *(_row(_weight(point)) for point in result.weights)])


def _weight(point: WeightPoint) -> list[str]:
    kinds = (point.raw, point.corrected, point.shifted)
    return [
        _text(point.method),
        PROTOCOLS[point.protocol].title,
        weight(point.weight),
        f"{number(point.f1.value)} ({span(point.f1)})",
        "" if point.difference is None else f"{_signed(point.difference)}, {verdict(point.difference)}",
        *(number(kind.ece, 4) for kind in kinds),
        *(number(kind.brier, 4) for kind in kinds),
    ]


def _augmentation(result: ComparisonResult) -> str:
    lines = [
        _row(["Method", "Protocol", "Without", "With", "ΔF1", "Verdict"]),
        _row(["---"] * 2 + ["---:"] * 3 + ["---"]),
    ]
    for point in result.augmentation:
        f1 = [f"{number(one.value)} ({span(one)})" for one in (point.without, point.augmented)]
        words = [_signed(point.difference), verdict(point.difference)]
        lines.append(_row([_text(point.method), PROTOCOLS[point.protocol].title, *f1, *words]))
    return "\n".join(lines)


def _settings(result: ComparisonResult) -> list[str]:
    chosen = chosen_settings(result)
    if not chosen:
        return []
    protocols = list(result.protocols)
    lines = [_row(["Method", *(PROTOCOLS[name].title for name in protocols)]), _row(["---"] * (1 + len(protocols)))]
    for title, settings in chosen:
        cells = (
            ", ".join(f"{name} {setting(value)}" for name, value in settings.get(one, {}).items()) for one in protocols
        )
        lines.append(_row([_text(title), *map(_text, cells)]))
    return ["## Chosen hyper-parameters", "\n".join(lines)]


def _signed(difference: Estimate) -> str:
    return f"{signed(difference.value)} ({signed_span(difference)})"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _text(text: str) -> str:
    """Text from data, of which nothing is markup or ends a cell."""
    for special in "\\|*_`<>[]":
        text = text.replace(special, f"\\{special}")
    return text.replace("\n", " ")
