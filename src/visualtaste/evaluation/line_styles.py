"""How each method is drawn, in every figure alike.

Every line has a colour, a marker and a dash pattern of its own, so that it can be told apart in grey print and by
colour-blind readers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from visualtaste.evaluation.results import Evaluation

INK, MUTED, GRID, PAPER = "#1c1e21", "#5d636b", "#dfe2e6", "#ffffff"

# Dark enough for a white page; neighbours differ in lightness and for the common kinds of colour blindness.
COLOURS = ("#1d4f9f", "#cf5a1c", "#1f7f5c", "#93399a", "#b38600", "#3296b8")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p", "h", "*")
DASHES: tuple[str | tuple[float, Sequence[float]], ...] = ("-", (0, (6, 2)), (0, (6, 2, 1.5, 2)))
DOTS = (0, (1.2, 1.6))

# More bands than this hide each other; then only the best method and the reference have one.
MOST_BANDS = 5


@dataclass(frozen=True)
class LineStyle:
    """Colour, marker and dashes of one method, and whether the interval around it is drawn."""

    colour: str
    marker: str
    dashes: str | tuple[float, Sequence[float]]
    band: bool

    def strokes(self, markevery: tuple[int, int]) -> dict[str, Any]:
        """Properties of a matplotlib line."""
        return {
            "color": self.colour,
            "linestyle": self.dashes,
            "linewidth": 2,
            "marker": self.marker,
            "markersize": 7,
            "markeredgecolor": PAPER,
            "markeredgewidth": 0.8,
            "markevery": markevery,
        }


def line_styles(evaluation: Evaluation) -> dict[str, LineStyle]:
    """The style of every method by name; the reference, where others are compared with it, is the black, dotted one."""
    compared = len(evaluation.methods) > 1
    others = [method.name for method in evaluation.methods if not compared or method.name != evaluation.reference]
    few = len(evaluation.methods) <= MOST_BANDS
    best = evaluation.best.name
    styles = {
        name: LineStyle(
            colour=COLOURS[index % len(COLOURS)],
            marker=MARKERS[index % len(MARKERS)],
            dashes=DASHES[index // len(COLOURS) % len(DASHES)],
            band=few or name == best,
        )
        for index, name in enumerate(others)
    }
    return styles | ({evaluation.reference: LineStyle(INK, "o", DOTS, band=True)} if compared else {})
