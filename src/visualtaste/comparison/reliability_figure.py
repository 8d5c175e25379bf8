"""Reliability diagrams as SVG: what methods say a category's probability is, against how often it then is wanted.

Both axes are logits, because a user wants few of many categories: on even axes nearly all pairs lie in one corner.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from visualtaste.comparison.groups import Panel
from visualtaste.comparison.results import ComparedProtocol, WeightPoint
from visualtaste.comparison.wording import weight
from visualtaste.evaluation.canvas import ROW, canvas, drawing, finished, grid, sample, write
from visualtaste.evaluation.line_styles import COLOURS, DOTS, INK, MARKERS, MUTED, LineStyle, line_styles
from visualtaste.evaluation.wording import count
from visualtaste.metrics.calibration import Calibration

# Bins of which fewer pairs are wanted, or not wanted, than this, were the probabilities true, say more about chance
# than about the method: the rule of thumb of the chi-squared test.
LEAST_EXPECTED = 5

_TICKS = {0.001: "0.1 %", 0.01: "1 %", 0.1: "10 %", 0.5: "50 %", 0.9: "90 %", 0.99: "99 %"}
_LOW, _HIGH = 0.0004, 0.995


@dataclass(frozen=True, eq=False)
class Curve:
    """One line of a diagram."""

    title: str
    calibration: Calibration
    drawn: LineStyle


def reliability_svg(heading: str, curves: Sequence[Curve], salt: str) -> str:
    """One diagram, 360 wide, with the lines named below it; the diagonal is where probabilities come true."""
    with drawing(f"reliability {salt}"):
        names = [textwrap.wrap(curve.title, 38) for curve in curves]
        height = 400 + ROW * sum(map(len, names))
        figure, axes = canvas(360, height, left=52, right=12, top=40, bottom=height - 336)
        write(figure, 0, height - 14, heading, weight="bold")
        _plot(axes, curves)
        _list(figure, height - 396.0, curves, names)
        return finished(figure, f"Reliability diagram, {heading}: {count(len(curves), 'line')}")


def method_curves(compared: ComparedProtocol, panel: Panel) -> list[Curve]:
    """The panel's methods that give probabilities, drawn as in the other figures; the reference last."""
    styles = line_styles(panel.evaluation)
    names = dict.fromkeys([*panel.methods, panel.evaluation.reference])
    found = ((compared.contenders[name], styles[name]) for name in names)
    return [Curve(one.entry.title, one.calibration, drawn) for one, drawn in found if one.calibration is not None]


def weight_curves(points: Sequence[WeightPoint], kind: str) -> list[Curve]:
    """Weights of one method in one protocol; `kind` is one of WeightPoint's calibrations."""
    return [
        Curve(f"w = {weight(point.weight)}", getattr(point, kind), _weight_style(index, point.weight))
        for index, point in enumerate(sorted(points, key=lambda point: point.weight))
    ]


def _weight_style(index: int, value: float) -> LineStyle:
    if value == 1:
        return LineStyle(INK, "o", DOTS, band=False)
    return LineStyle(COLOURS[index % len(COLOURS)], MARKERS[index % len(MARKERS)], "-", band=False)


def _plot(axes: Axes, curves: Sequence[Curve]) -> None:
    ends = _logit(np.array([_LOW, _HIGH]))
    axes.plot(ends, ends, color=MUTED, linewidth=1)
    for place, curve in enumerate(curves):
        predicted, wanted, pairs = curve.calibration.reliability
        enough = pairs * np.minimum(predicted, 1 - predicted) >= LEAST_EXPECTED
        strokes = curve.drawn.strokes(markevery=(place % 3, 3)) | {"linewidth": 1.6, "markersize": 6}
        axes.plot(_logit(predicted[enough]), _logit(wanted[enough]), **strokes)
    places = _logit(np.array(list(_TICKS)))
    grid(axes, "both")
    axes.set_xlim(*ends)
    axes.set_ylim(*ends)
    axes.set_xticks(places, list(_TICKS.values()))
    axes.set_yticks(places, list(_TICKS.values()))
    axes.tick_params(labelsize=11)
    axes.set_xlabel("probability given", labelpad=4)
    axes.set_title("share that was wanted", loc="left", fontsize=12, color=MUTED, pad=4, x=-0.17)


def _list(figure: Figure, y: float, curves: Sequence[Curve], names: Sequence[list[str]]) -> None:
    for curve, lines in zip(curves, names, strict=True):
        sample(figure, 2, y, curve.drawn)
        for text in lines:
            write(figure, 38, y, text)
            y -= ROW


def _logit(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logits; what lies outside of the axes, such as a share of 0, is put on their ends."""
    inside = np.clip(probabilities, _LOW, _HIGH)
    logits: NDArray[np.float64] = np.log(inside / (1 - inside))
    return logits
