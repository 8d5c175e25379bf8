"""Quality against cost as SVG: F1 over milliseconds a user, or seconds of training; points numbered, with a key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from visualtaste.comparison.groups import GroupName, group_of, groups
from visualtaste.comparison.results import ComparedProtocol
from visualtaste.evaluation.canvas import canvas, drawing, finished, grid, stroke, write
from visualtaste.evaluation.figures import axis_number
from visualtaste.evaluation.line_styles import COLOURS, INK, MUTED, PAPER
from visualtaste.evaluation.wording import count

CostName = Literal["milliseconds_per_user", "training_seconds"]

COSTS: dict[CostName, str] = {
    "milliseconds_per_user": "milliseconds a user",
    "training_seconds": "seconds of training",
}

_WIDTH, _ROW, _COLUMNS = 1060, 18, 3
# What costs less than can be timed is drawn at the left end.
_LEAST = 0.001
# What is worse than this share of the best F1 is drawn as if it had that much: else the others are all one line.
_WORST = 0.5

_MARKS: dict[GroupName, tuple[str, str]] = {
    "features": ("o", COLOURS[0]),
    "item-classifier": ("s", COLOURS[2]),
    "baselines": ("D", COLOURS[1]),
    "known": ("^", COLOURS[3]),
    "blended": ("v", COLOURS[4]),
}


@dataclass(frozen=True)
class Point:
    """One method: its number in the key, what it costs and how good it is."""

    number: int
    title: str
    group: GroupName
    cost: float
    f1: float


def cost_svg(compared: ComparedProtocol, cost: CostName) -> str:
    """The methods that take part in the ranking; a line joins those that no cheaper one equals."""
    points = cost_points(compared, cost)
    rows = -(-len(points) // _COLUMNS)
    with drawing(f"cost {cost} {compared.evaluation.protocol}"):
        plot = 440 + 5 * max(len(points) - 30, 0)  # more points need more room
        height = plot + 72 + _ROW * rows
        figure, axes = canvas(_WIDTH, height, left=44, right=16, top=54, bottom=height - plot + 40)
        k = compared.evaluation.headline_k
        write(figure, 0, height - 14, f"F1@{k} against {COSTS[cost]}", weight="bold")
        _legend(figure, compared, height - 36.0)
        _plot(axes, points)
        axes.set_xlabel(f"{COSTS[cost]}, on a logarithmic scale", labelpad=4)
        _number(axes, points)
        _key(figure, points, rows, height - plot - 34.0)
        return finished(figure, f"F1 against {COSTS[cost]}, {count(len(points), 'method')}")


def cost_points(compared: ComparedProtocol, cost: CostName) -> list[Point]:
    """The ranked methods, numbered by F1, the best first; see `_LEAST` and `_WORST`."""
    lowest = _WORST * compared.evaluation.estimate(compared.best.name, "f1").value
    return [
        Point(
            number,
            method.title,
            group_of(compared.contenders[method.name]),
            max(getattr(compared.contenders[method.name].cost, cost), _LEAST),
            max(compared.evaluation.estimate(method.name, "f1").value, lowest),
        )
        for number, method in enumerate(compared.ranked, start=1)
    ]


def frontier(points: Sequence[Point]) -> list[Point]:
    """The points that no other one beats in F1 at the same or a lower cost, cheapest first."""
    kept: list[Point] = []
    for point in sorted(points, key=lambda point: (point.cost, -point.f1)):
        if not kept or point.f1 > kept[-1].f1:
            kept.append(point)
    return kept


def _plot(axes: Axes, points: Sequence[Point]) -> None:
    best = frontier(points)
    axes.step([point.cost for point in best], [point.f1 for point in best], where="post", color=MUTED, linewidth=1)
    for point in points:
        marker, colour = _MARKS[point.group]
        axes.plot([point.cost], [point.f1], marker=marker, markersize=7, color=colour, markeredgecolor=PAPER)
    axes.set_xscale("log")
    axes.margins(0.05, 0.08)
    low, high = axes.get_xlim()
    if high < 100 * low:  # two decades at least, so that there are ticks
        middle = (low * high) ** 0.5
        axes.set_xlim(middle / 10, middle * 10)
    axes.xaxis.set_major_locator(LogLocator(numticks=12))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{'≤ ' if value <= _LEAST else ''}{value:,g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(which="minor", length=0)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: axis_number(value)))
    grid(axes, "both")


def _number(axes: Axes, points: Sequence[Point]) -> None:
    """Numbers beside their points, each where it hides least."""
    figure = axes.figure
    assert isinstance(figure, Figure)
    spots = [tuple(axes.transData.transform((point.cost, point.f1))) for point in points]
    best = frontier(points)
    taken = [(x - 5, y - 5, x + 5, y + 5) for x, y in spots]
    taken += _steps([tuple(axes.transData.transform((point.cost, point.f1))) for point in best])
    for point, (x, y) in zip(points, spots, strict=True):
        text = str(point.number)
        wide = 4 + 7.5 * len(text)
        box = min(_around(x, y, wide), key=lambda box: sum(_overlap(box, other) for other in taken))
        taken.append(box)
        weight = "bold" if point in best else "normal"
        centre = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        write(figure, *centre, text, fontsize=11, ha="center", weight=weight)
        if (gap := ((centre[0] - x) ** 2 + (centre[1] - y) ** 2) ** 0.5) > 18:
            start, end = 6 / gap, 1 - 9 / gap
            xs, ys = ([a + (b - a) * share for share in (start, end)] for a, b in ((x, centre[0]), (y, centre[1])))
            stroke(figure, xs, ys, color=MUTED, linewidth=0.6)


Box = tuple[float, float, float, float]  # left, bottom, right, top


def _steps(spots: Sequence[tuple[float, float]]) -> list[Box]:
    """What the frontier's line covers: from each point to the right, then up."""
    boxes = []
    for (x, y), (next_x, next_y) in pairwise(spots):
        boxes += [(x, y - 1, next_x, y + 1), (next_x - 1, y, next_x + 1, next_y)]
    return boxes


def _around(x: float, y: float, wide: float) -> list[Box]:
    """Places for a label of that width around a point, the nearest first."""
    boxes = []
    for distance in (11, 19, 28):
        for right, up in ((1, 0), (-1, 0), (0, 1), (0, -1), (0.8, 0.8), (-0.8, 0.8), (0.8, -0.8), (-0.8, -0.8)):
            centre_x, centre_y = x + right * (distance + wide / 2 - 6), y + up * distance
            boxes.append((centre_x - wide / 2, centre_y - 7, centre_x + wide / 2, centre_y + 7))
    return boxes


def _overlap(a: Box, b: Box) -> float:
    """Area that two boxes share."""
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))


def _legend(figure: Figure, compared: ComparedProtocol, y: float) -> None:
    x = 6.0
    shown = {group_of(compared.contenders[method.name]) for method in compared.ranked}
    for group in groups(compared):
        if group.name in shown:
            marker, colour = _MARKS[group.name]
            stroke(figure, [x], [y], marker=marker, markersize=7, color=colour, markeredgecolor=PAPER)
            write(figure, x + 12, y, group.title)
            x += 38 + 7.4 * len(group.title)


def _key(figure: Figure, points: Sequence[Point], rows: int, top: float) -> None:
    width = _WIDTH / _COLUMNS
    best = set(frontier(points))
    for index, point in enumerate(points):
        x, y = index // rows * width, top - _ROW * (index % rows + 0.5)
        marker, colour = _MARKS[point.group]
        title = point.title if len(point.title) <= 54 else f"{point.title[:53]}…"
        weight = "bold" if point in best else "normal"
        write(figure, x + 18, y, str(point.number), ha="right", fontsize=11, weight=weight, color=INK)
        stroke(figure, [x + 28], [y], marker=marker, markersize=6, color=colour, markeredgecolor=PAPER)
        write(figure, x + 38, y, title, fontsize=11, weight=weight)
