"""Precision, recall and F1 over k as SVG: the paper's Figures 3, 4 and 5, with an interval around every line.

The SVG is a function of the evaluation alone: no date, no random ids, none of matplotlib's global state. Text stays
text, in the reader's own font.
"""

from __future__ import annotations

import io
import re
import textwrap
from typing import Any, Literal

import numpy as np
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import IdentityTransform

from visualtaste.evaluation.line_styles import GRID, INK, MUTED, PAPER, LineStyle, line_styles
from visualtaste.evaluation.results import Evaluation, MethodResult
from visualtaste.evaluation.wording import METRICS, count
from visualtaste.types import Float64

Layout = Literal["wide", "narrow"]

# The published figures, in their order: Figure 3, 4 and 5.
FIGURES = ("precision", "recall", "f1")
FONTS = "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif"

# One unit of the SVG is one pixel: points at 72 dots an inch.
_DPI = 72
_PIXELS = IdentityTransform()
_ROW = 19

_STYLE = {
    "svg.fonttype": "none",
    # matplotlib measures with this one; it is wider than what readers have, so nothing runs into anything
    "font.family": ["DejaVu Sans"],
    "font.size": 12.5,
    "text.parse_math": False,
    "text.color": INK,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": MUTED,
    "axes.labelsize": 12,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelsize": 12,
    "ytick.labelsize": 12,
    "figure.facecolor": PAPER,
    "axes.facecolor": "none",
}


def curve_svg(evaluation: Evaluation, metric: str, layout: Layout = "wide") -> str:
    """One metric over k for all methods, as an SVG document.

    The wide layout names the lines at their right ends; the narrow one, for phones, in a list below.
    """
    # the salt makes matplotlib's ids the same every time, and different in figures that share a page
    with style.context(_STYLE | {"svg.hashsalt": f"{metric} {layout}"}, after_reset=True):
        figure = _wide(evaluation, metric) if layout == "wide" else _narrow(evaluation, metric)
        svg = _saved(figure)
    return _described(svg, f"{METRICS[metric].title} over k, {count(len(evaluation.methods), 'method')}")


def sample_svg(drawn: LineStyle) -> str:
    """A short piece of a method's line with its marker, 34 x 14, for tables."""
    with style.context(_STYLE | {"svg.hashsalt": f"sample {drawn}"}, after_reset=True):
        figure = Figure(figsize=(34 / _DPI, 14 / _DPI), dpi=_DPI, facecolor="none")
        _sample(figure, 3, 7, drawn)
        return _saved(figure).replace("<svg ", '<svg aria-hidden="true" ', 1)


def _wide(evaluation: Evaluation, metric: str) -> Figure:
    """The plot, and right of it the methods' names at the ends of their lines."""
    names = {method.name: textwrap.wrap(method.title, 38) for method in evaluation.methods}
    height = max(420, 120 + _ROW * sum(map(len, names.values())))
    figure, axes = _canvas(940, height, left=32, right=320, top=58, bottom=46)
    _plot(axes, evaluation, metric)
    _write(figure, 0, height - 14, METRICS[metric].title + "@k", weight="bold")
    _write(figure, 0, height - 34, METRICS[metric].meaning, color=MUTED)

    ends = [(_end(axes, evaluation, metric, method), method) for method in evaluation.methods]
    ends.sort(key=lambda end: end[0])
    sizes = np.array([_ROW * len(names[method.name]) for _, method in ends], dtype=np.float64)
    places = spread(np.array([y for y, _ in ends]), sizes, low=axes.bbox.y0 - 20, high=axes.bbox.y1 + 10)
    edge = axes.bbox.x1
    for (end, method), place, size in zip(ends, places, sizes, strict=True):
        _stroke(figure, [edge + 2, edge + 16, edge + 20], [end, place, place], color=MUTED, linewidth=0.5)
        _sample(figure, edge + 24, place, line_styles(evaluation)[method.name])
        for line, text in enumerate(names[method.name]):
            _write(figure, edge + 58, place + size / 2 - _ROW * (line + 0.5), text)
    return figure


def _narrow(evaluation: Evaluation, metric: str) -> Figure:
    """The plot, and below it the methods, in the order in which their lines end."""
    names = {method.name: textwrap.wrap(method.title, 38) for method in evaluation.methods}
    height = 316 + _ROW * sum(map(len, names.values()))
    figure, axes = _canvas(360, height, left=32, right=8, top=36, bottom=height - 256)
    _plot(axes, evaluation, metric)
    _write(figure, 0, height - 14, METRICS[metric].title + "@k", weight="bold")
    y = height - 318.0
    for method in sorted(evaluation.methods, key=lambda method: -_end(axes, evaluation, metric, method)):
        _sample(figure, 2, y, line_styles(evaluation)[method.name])
        for text in names[method.name]:
            _write(figure, 38, y, text)
            y -= _ROW
    return figure


def _canvas(width: int, height: int, *, left: int, right: int, top: int, bottom: int) -> tuple[Figure, Axes]:
    """A figure of `width` x `height` pixels with one plot; the margins are pixels as well."""
    figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI)
    box = (left / width, bottom / height, (width - left - right) / width, (height - top - bottom) / height)
    return figure, figure.add_axes(box)


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

    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.grid(axis="y", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, pad=6)
    ks = evaluation.ks.tolist()
    axes.set_xlim(ks[0] - 0.4, ks[-1] + 0.4)
    axes.set_xticks([k for k in ks if k == ks[0] or k % 5 == 0] if len(ks) > 6 else ks)
    axes.set_xlabel("k", labelpad=4)
    axes.set_ylim(*_limits(evaluation, metric))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.3f}".rstrip("0").ljust(3, "0")))
    axes.axvline(evaluation.headline_k, color=MUTED, linewidth=0.9, dashes=(1, 3), zorder=0.5)


def _limits(evaluation: Evaluation, metric: str) -> tuple[float, float]:
    """The range of the intervals with some air; from 0 where that is not far, never beyond what can be."""
    intervals = [one.mean[metric] for one in evaluation.estimates.values()]
    low = min(float(interval.low.min()) for interval in intervals)
    high = max(float(interval.high.max()) for interval in intervals)
    air = max(0.05 * (high - low), 0.01)
    return (0.0 if low < 0.4 * high else max(low - air, 0.0)), min(high + air, 1.005)


def spread(wanted: Float64, sizes: Float64, low: float, high: float) -> Float64:
    """Centres for labels of the given heights, as near as possible to `wanted` (ascending) without overlap.

    Least squares under the order: isotonic regression by pooling neighbours that would overlap. The labels stay
    between `low` and `high` where they fit.
    """
    # with the heights below each label taken off, "no overlap" becomes "does not fall"
    below = np.cumsum(sizes) - sizes / 2
    pools: list[list[float]] = []  # [mean, count]
    for value in wanted - below:
        pools.append([float(value), 1])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (mean_a, count_a), (mean_b, count_b) = pools[-2:]
            pools[-2:] = [[(mean_a * count_a + mean_b * count_b) / (count_a + count_b), count_a + count_b]]
    level = np.repeat([mean for mean, _ in pools], [int(count) for _, count in pools])
    centres: Float64 = np.maximum(np.minimum(level, high - sizes.sum()), low) + below
    return centres


def _end(axes: Axes, evaluation: Evaluation, metric: str, method: MethodResult) -> float:
    """Height in pixels at which a method's line ends."""
    value = evaluation.estimates[method.name].mean[metric].value[-1]
    return float(axes.transData.transform((0, value))[1])


def _sample(figure: Figure, x: float, y: float, drawn: LineStyle) -> None:
    """A short piece of a method's line with its marker."""
    _stroke(figure, [x, x + 14, x + 28], [y] * 3, **drawn.strokes(markevery=(1, 3)))


def _stroke(figure: Figure, xs: list[float], ys: list[float], **strokes: Any) -> None:
    figure.add_artist(Line2D(xs, ys, transform=_PIXELS, **strokes))


def _write(figure: Figure, x: float, y: float, text: str, **properties: Any) -> None:
    figure.text(x, y, text, transform=_PIXELS, va="center_baseline", **properties)


def _saved(figure: Figure) -> str:
    """An SVG that can stand alone as well as in a page: pixels for points, the reader's font, nothing that leaks."""
    stream = io.StringIO()
    figure.savefig(stream, format="svg")
    svg = stream.getvalue()
    svg = svg[svg.index("<svg") :]  # no doctype, which would point to an address
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)  # the date
    svg = re.sub(r'(width|height)="([\d.]+)pt"', r'\1="\2"', svg)
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)  # nothing refers to groups, and their names repeat in every figure
    svg = re.sub(r"(font-family: |font: [^;\"]*?)'DejaVu Sans'", rf"\1{FONTS}", svg)
    # matplotlib's style sheet would hold for the whole page
    svg = re.sub(r"\s*<style.*?</style>", "", svg, flags=re.DOTALL)
    return svg.replace("<svg ", '<svg style="stroke-linejoin: round; stroke-linecap: butt" ', 1)


def _described(svg: str, label: str) -> str:
    return svg.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)
