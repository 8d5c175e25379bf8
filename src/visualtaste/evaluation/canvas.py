"""What all our figures share: an SVG measured in pixels that looks the same in a page, alone and in every process.

The SVG is a function of what is drawn alone: no date, no random ids, none of matplotlib's global state. Text stays
text, in the reader's own font.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import Any

import numpy as np
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import IdentityTransform

from visualtaste.evaluation.line_styles import GRID, INK, MUTED, PAPER, LineStyle
from visualtaste.types import Float64

FONTS = "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif"

# Height of a line of text.
ROW = 19

# One unit of the SVG is one pixel: points at 72 dots an inch.
_DPI = 72
_PIXELS = IdentityTransform()

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


@contextmanager
def drawing(salt: str) -> Iterator[None]:
    """Draw in our style; the salt makes the SVG's ids the same every time, and unlike those of other figures."""
    with style.context(_STYLE | {"svg.hashsalt": salt}, after_reset=True):
        yield


def canvas(width: int, height: int, *, left: int, right: int, top: int, bottom: int) -> tuple[Figure, Axes]:
    """A figure of `width` x `height` pixels with one plot; the margins are pixels as well."""
    figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI)
    return figure, plot_at(figure, left, bottom, width - left - right, height - top - bottom)


def plot_at(figure: Figure, x: float, y: float, width: float, height: float) -> Axes:
    """One more plot in a figure, placed in pixels from the lower left corner; without frame and ticks."""
    whole_width, whole_height = figure.bbox.width, figure.bbox.height
    axes = figure.add_axes((x / whole_width, y / whole_height, width / whole_width, height / whole_height))
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, pad=6)
    return axes


def grid(axes: Axes, axis: Any = "y") -> None:
    """Pale lines at the ticks."""
    axes.grid(axis=axis, color=GRID, linewidth=0.8)


def sample_svg(drawn: LineStyle) -> str:
    """A short piece of a method's line with its marker, 34 x 14, for tables."""
    with drawing(f"sample {drawn}"):
        figure = Figure(figsize=(34 / _DPI, 14 / _DPI), dpi=_DPI, facecolor="none")
        sample(figure, 3, 7, drawn)
        return _saved(figure).replace("<svg ", '<svg aria-hidden="true" ', 1)


def sample(figure: Figure, x: float, y: float, drawn: LineStyle) -> None:
    """A short piece of a method's line with its marker."""
    stroke(figure, [x, x + 14, x + 28], [y] * 3, **drawn.strokes(markevery=(1, 3)))


def stroke(figure: Figure, xs: list[float], ys: list[float], **strokes: Any) -> None:
    """A line through pixels."""
    figure.add_artist(Line2D(xs, ys, transform=_PIXELS, **strokes))


def write(figure: Figure, x: float, y: float, text: str, **properties: Any) -> None:
    """Text at a pixel, centred on the line."""
    figure.text(x, y, text, transform=_PIXELS, va="center_baseline", **properties)


def finished(figure: Figure, label: str) -> str:
    """The figure as an SVG document; `label` says what is on it to those who cannot see it."""
    return _saved(figure).replace("<svg ", f'<svg role="img" aria-label="{escape(label)}" ', 1)


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


def _saved(figure: Figure) -> str:
    """An SVG that can stand alone as well as in a page: pixels for points, the reader's font, nothing that leaks.

    What matplotlib repeats at every text is said once, and no place is given more finely than a thousandth of a
    pixel: a page of a hundred figures is a third smaller for it.
    """
    stream = io.StringIO()
    figure.savefig(stream, format="svg")
    svg = stream.getvalue()
    svg = svg[svg.index("<svg") :]  # no doctype, which would point to an address
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)  # the date
    svg = re.sub(r'(width|height)="([\d.]+)pt"', r'\1="\2"', svg)
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)  # nothing refers to groups, and their names repeat in every figure
    svg = re.sub(r"font-family: 'DejaVu Sans'; ", "", svg)
    svg = re.sub(r"(font: [^;\"]*?)'DejaVu Sans'", rf"\1{FONTS}", svg)
    svg = re.sub(r' transform="rotate\(-0 [^)]*\)"', "", svg)
    svg = re.sub(r"\d+\.\d{4,}", lambda found: f"{float(found.group()):.3f}".rstrip("0").rstrip("."), svg)
    # matplotlib's style sheet would hold for the whole page
    svg = re.sub(r"\s*<style.*?</style>", "", svg, flags=re.DOTALL)
    svg = re.sub(r">\s+<", "><", svg).replace("<g/>", "")
    rooted = f"font-family: {FONTS}; stroke-linejoin: round; stroke-linecap: butt"
    return svg.replace("<svg ", f'<svg style="{rooted}" ', 1)
