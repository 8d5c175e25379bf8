"""All methods in all protocols at a glance: F1 with its interval, a row a method, a column a protocol, as SVG."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from visualtaste.comparison.groups import Group, groups
from visualtaste.comparison.results import ComparedProtocol, ComparisonResult
from visualtaste.comparison.wording import as_estimate
from visualtaste.evaluation.canvas import drawing, finished, grid, plot_at, stroke, write
from visualtaste.evaluation.figures import axis_number
from visualtaste.evaluation.line_styles import COLOURS, GRID, INK, MUTED, PAPER
from visualtaste.evaluation.wording import PROTOCOLS, TIED, verdict

_ROW, _HEADING, _TOP, _BOTTOM = 18, 34, 46, 70
_WIDTH, _LABELS, _GAP = 1100, 436, 20

# Shape says what colour says, for print and for the colour-blind: marker, fill, words.
_MARKS = {
    "better": ("^", COLOURS[0], "better than the reference"),
    TIED: ("o", PAPER, "not told apart from it"),
    "worse": ("v", COLOURS[1], "worse"),
    "reference": ("s", INK, "the reference"),
    "given": ("x", MUTED, "given the answer, not compared"),
}


def forest_svg(result: ComparisonResult) -> str:
    """Every method's F1 at the headline k; within a group in the order of the last but one protocol's F1.

    With all three protocols that is held-out, the one that asks about the future.
    """
    with drawing("forest"):
        return finished(_forest(result), "F1 of every method in every protocol, with 95 % intervals")


def _forest(result: ComparisonResult) -> Figure:
    rows = _rows(result)
    heights = [_HEADING if isinstance(row, Group) else _ROW for row in rows]
    height = _TOP + sum(heights) + _BOTTOM
    figure = Figure(figsize=(_WIDTH / 72, height / 72), dpi=72)
    places: dict[str, float] = {}  # pixels from the bottom
    y = float(height - _TOP)
    for row, size in zip(rows, heights, strict=True):
        if isinstance(row, Group):
            write(figure, 0, y - size + 10, row.title, weight="bold")
        else:
            places[row] = y - size / 2
            write(figure, 8, places[row], _title(result, row))
        y -= size
    width = (_WIDTH - _LABELS - 12) / len(result.protocols) - _GAP
    for index, compared in enumerate(result.protocols.values()):
        left = _LABELS + index * (width + _GAP)
        axes = plot_at(figure, left, _BOTTOM, width, height - _TOP - _BOTTOM)
        axes.set_ylim(_BOTTOM, height - _TOP)
        _column(axes, compared, places)
        title = PROTOCOLS[compared.evaluation.protocol].title
        write(figure, left, height - 14, title, weight="bold")
        write(figure, left, height - 32, f"F1@{compared.evaluation.headline_k}", color=MUTED)
    _key(figure, result)
    return figure


def _rows(result: ComparisonResult) -> list[Group | str]:
    """Groups, each followed by its methods in any protocol."""
    ordered = list(result.protocols.values())
    leading = ordered[max(len(ordered) - 2, 0)]
    members: dict[str, tuple[Group, set[str]]] = {}
    for compared in ordered:
        for group in groups(compared):
            members.setdefault(group.name, (group, set()))[1].update(group.methods)
    place = {method.name: index for index, method in enumerate(leading.evaluation.ranked)}
    rows: list[Group | str] = []
    for group, names in members.values():
        rows += [group, *sorted(names, key=lambda name: (place.get(name, len(place)), name))]
    return rows


def _column(axes: Axes, compared: ComparedProtocol, places: dict[str, float]) -> None:
    evaluation = compared.evaluation
    for name, y in places.items():
        if name not in compared.contenders:
            continue
        f1 = evaluation.estimate(name, "f1")
        mark = _mark(_standing(compared, name))
        axes.plot([f1.low, f1.high], [y, y], color=mark["markeredgecolor"], linewidth=1.6)
        axes.plot([f1.value], [y], **mark)
    axes.axvline(evaluation.estimate(evaluation.reference, "f1").value, color=INK, linewidth=1, dashes=(1, 2), zorder=0)
    axes.margins(x=0.04)
    axes.set_yticks([])
    grid(axes, "x")
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: axis_number(value)))


def _standing(compared: ComparedProtocol, name: str) -> str:
    if compared.given_the_answer(name):
        return "given"
    lead = compared.differences.get(name)
    return "reference" if lead is None else verdict(as_estimate(lead))


def _key(figure: Figure, result: ComparisonResult) -> None:
    """The marks that occur, with their meaning."""
    used = {_standing(compared, name) for compared in result.protocols.values() for name in compared.contenders}
    stroke(figure, [0, _WIDTH], [36, 36], color=GRID, linewidth=0.8)
    x = 8.0
    for standing, (_, _, words) in _MARKS.items():
        if standing in used:
            stroke(figure, [x], [16], **_mark(standing))
            write(figure, x + 12, 16, words)
            x += 36 + 7.6 * len(words)


def _mark(standing: str) -> dict[str, Any]:
    """Properties of a matplotlib marker."""
    marker, fill, _ = _MARKS[standing]
    return {
        "color": INK,
        "marker": marker,
        "markersize": 7,
        "markerfacecolor": fill,
        "markeredgecolor": INK if fill == PAPER else fill,
        "markeredgewidth": 1.4,
    }


def _title(result: ComparisonResult, name: str) -> str:
    titles = (one.contenders[name].entry.title for one in result.protocols.values() if name in one.contenders)
    title = next(titles)
    return title if len(title) <= 72 else f"{title[:71]}…"
