"""Precision, recall and F1 over k as SVG: the paper's Figures 3, 4 and 5, with an interval around every line."""

from __future__ import annotations

import textwrap
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from visualtaste.evaluation.canvas import ROW, canvas, drawing, finished, grid, sample, spread, stroke, write
from visualtaste.evaluation.line_styles import MUTED, line_styles
from visualtaste.evaluation.results import Evaluation, MethodResult
from visualtaste.evaluation.wording import METRICS, count

Layout = Literal["wide", "narrow"]

# The published figures, in their order: Figure 3, 4 and 5.
FIGURES = ("precision", "recall", "f1")


def curve_svg(evaluation: Evaluation, metric: str, layout: Layout = "wide", *, salt: str = "") -> str:
    """One metric over k for all methods, as an SVG document.

    The wide layout names the lines at their right ends; the narrow one, for phones, in a list below. Figures of
    several evaluations that share a page need a salt each, or their ids would be the same.
    """
    with drawing(f"{metric} {layout} {salt}"):
        figure = _wide(evaluation, metric) if layout == "wide" else _narrow(evaluation, metric)
        return finished(figure, f"{METRICS[metric].title} over k, {count(len(evaluation.methods), 'method')}")


def _wide(evaluation: Evaluation, metric: str) -> Figure:
    """The plot, and right of it the methods' names at the ends of their lines."""
    names = {method.name: textwrap.wrap(method.title, 38) for method in evaluation.methods}
    height = max(420, 120 + ROW * sum(map(len, names.values())))
    figure, axes = canvas(940, height, left=32, right=320, top=58, bottom=46)
    _plot(axes, evaluation, metric)
    write(figure, 0, height - 14, METRICS[metric].title + "@k", weight="bold")
    write(figure, 0, height - 34, METRICS[metric].meaning, color=MUTED)

    ends = [(_end(axes, evaluation, metric, method), method) for method in evaluation.methods]
    ends.sort(key=lambda end: end[0])
    sizes = np.array([ROW * len(names[method.name]) for _, method in ends], dtype=np.float64)
    places = spread(np.array([y for y, _ in ends]), sizes, low=axes.bbox.y0 - 20, high=axes.bbox.y1 + 10)
    edge = axes.bbox.x1
    for (end, method), place, size in zip(ends, places, sizes, strict=True):
        stroke(figure, [edge + 2, edge + 16, edge + 20], [end, place, place], color=MUTED, linewidth=0.5)
        sample(figure, edge + 24, place, line_styles(evaluation)[method.name])
        for line, text in enumerate(names[method.name]):
            write(figure, edge + 58, place + size / 2 - ROW * (line + 0.5), text)
    return figure


def _narrow(evaluation: Evaluation, metric: str) -> Figure:
    """The plot, and below it the methods, in the order in which their lines end."""
    names = {method.name: textwrap.wrap(method.title, 38) for method in evaluation.methods}
    height = 316 + ROW * sum(map(len, names.values()))
    figure, axes = canvas(360, height, left=32, right=8, top=36, bottom=height - 256)
    _plot(axes, evaluation, metric)
    write(figure, 0, height - 14, METRICS[metric].title + "@k", weight="bold")
    y = height - 318.0
    for method in sorted(evaluation.methods, key=lambda method: -_end(axes, evaluation, metric, method)):
        sample(figure, 2, y, line_styles(evaluation)[method.name])
        for text in names[method.name]:
            write(figure, 38, y, text)
            y -= ROW
    return figure


def _plot(axes: Axes, evaluation: Evaluation, metric: str) -> None:
    styles = line_styles(evaluation)
    # the best is drawn last, above the others
    for place, method in enumerate(reversed(evaluation.ranked)):
        drawn = styles[method.name]
        interval = evaluation.estimates[method.name].mean[metric]
        if drawn.band:
            axes.fill_between(evaluation.ks, interval.low, interval.high, color=drawn.colour, alpha=0.14, linewidth=0)
        # markers at different k, so that lines close together do not hide each other's
        axes.plot(evaluation.ks, interval.value, **drawn.strokes(markevery=(place % 4, 4)))

    grid(axes)
    ks = evaluation.ks.tolist()
    axes.set_xlim(ks[0] - 0.4, ks[-1] + 0.4)
    axes.set_xticks([k for k in ks if k == ks[0] or k % 5 == 0] if len(ks) > 6 else ks)
    axes.set_xlabel("k", labelpad=4)
    axes.set_ylim(*_limits(evaluation, metric))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: axis_number(value)))
    axes.axvline(evaluation.headline_k, color=MUTED, linewidth=0.9, dashes=(1, 3), zorder=0.5)


def axis_number(value: float) -> str:
    """A tick: at least one decimal, at most three."""
    return f"{value:.3f}".rstrip("0").ljust(3, "0")


def _limits(evaluation: Evaluation, metric: str) -> tuple[float, float]:
    """The range of the intervals with some air; from 0 where that is not far, never beyond what can be."""
    intervals = [one.mean[metric] for one in evaluation.estimates.values()]
    low = min(float(interval.low.min()) for interval in intervals)
    high = max(float(interval.high.max()) for interval in intervals)
    air = max(0.05 * (high - low), 0.01)
    return (0.0 if low < 0.4 * high else max(low - air, 0.0)), min(high + air, 1.005)


def _end(axes: Axes, evaluation: Evaluation, metric: str, method: MethodResult) -> float:
    """Height in pixels at which a method's line ends."""
    value = evaluation.estimates[method.name].mean[metric].value[-1]
    return float(axes.transData.transform((0, value))[1])
