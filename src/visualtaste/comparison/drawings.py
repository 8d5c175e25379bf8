"""Every figure of a comparison, drawn once: they become files, and the page shows most of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from visualtaste.comparison.cost_figure import COSTS, cost_svg
from visualtaste.comparison.forest_figure import forest_svg
from visualtaste.comparison.groups import Panel, panels
from visualtaste.comparison.reliability_figure import method_curves, reliability_svg, weight_curves
from visualtaste.comparison.results import ComparedProtocol, ComparisonResult, WeightPoint
from visualtaste.comparison.wording import KINDS
from visualtaste.config import Protocol
from visualtaste.evaluation.figures import FIGURES, curve_svg


def drawings(result: ComparisonResult) -> dict[str, str]:
    """Each figure as an SVG document of its own, by its name; ids inside of it are made of the name."""
    drawn = {"forest": forest_svg(result)}
    for compared in result.protocols.values():
        drawn |= _protocol(compared)
    for (title, protocol), points in studied(result).items():
        for kind, heading in KINDS.items():
            name = weights_name(title, protocol, kind)
            drawn[name] = reliability_svg(f"{title}: {heading}", weight_curves(points, kind), name)
    return drawn


def studied(result: ComparisonResult) -> dict[tuple[str, Protocol], list[WeightPoint]]:
    """The weights that were tried, by method and protocol."""
    found: dict[tuple[str, Protocol], list[WeightPoint]] = {}
    for point in result.weights:
        found.setdefault((point.method, point.protocol), []).append(point)
    return found


def panel_name(compared: ComparedProtocol, what: str, panel: Panel) -> str:
    """ "held-out-f1-features": `what` is one of FIGURES, or "reliability"."""
    return f"{compared.evaluation.protocol}-{what}-{panel.name}"


def cost_name(compared: ComparedProtocol, cost: str) -> str:
    """ "held-out-cost-training_seconds"."""
    return f"{compared.evaluation.protocol}-cost-{cost}"


def weights_name(title: str, protocol: Protocol, kind: str) -> str:
    """ "held-out-weights-average-raw"."""
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    return f"{protocol}-weights-{slug}-{kind}"


def _protocol(compared: ComparedProtocol) -> Iterator[tuple[str, str]]:
    for panel in panels(compared):
        for metric in FIGURES:
            name = panel_name(compared, metric, panel)
            yield name, curve_svg(panel.evaluation, metric, "wide", salt=name)
        if curves := method_curves(compared, panel):
            name = panel_name(compared, "reliability", panel)
            yield name, reliability_svg(panel.title, curves, name)
    for cost in COSTS:
        yield cost_name(compared, cost), cost_svg(compared, cost)
