"""The files of a comparison: comparison.json for programs, comparison.md for documentation, report.html for people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from visualtaste.comparison.comparison_json import to_json
from visualtaste.comparison.cost_figure import COSTS, cost_svg
from visualtaste.comparison.forest_figure import forest_svg
from visualtaste.comparison.groups import panels
from visualtaste.comparison.markdown import markdown
from visualtaste.comparison.page_parts import studied
from visualtaste.comparison.reliability_figure import method_curves, reliability_svg, weight_curves
from visualtaste.comparison.report import report_html
from visualtaste.comparison.results import ComparedProtocol, ComparisonResult
from visualtaste.comparison.wording import KINDS
from visualtaste.evaluation.figures import FIGURES, curve_svg
from visualtaste.files import write_bytes, write_json


def write_comparison(result: ComparisonResult, folder: Path) -> Path:
    """Write comparison.json, comparison.md, report.html and figures/*.svg into `folder`; returns the report's path."""
    write_json(folder / "comparison.json", to_json(result))
    write_bytes(folder / "comparison.md", markdown(result).encode())
    for name, svg in figures(result):
        write_bytes(folder / "figures" / f"{name}.svg", svg.encode())
    report = folder / "report.html"
    write_bytes(report, report_html(result).encode())
    return report


def figures(result: ComparisonResult) -> Iterator[tuple[str, str]]:
    """Every figure as an SVG document of its own, by its name: "held-out-f1-features"."""
    yield "forest", forest_svg(result)
    for compared in result.protocols.values():
        yield from _protocol(compared)
    for (title, protocol), points in studied(result).items():
        for kind, heading in KINDS.items():
            name = f"{protocol}-weights-{_slug(title)}-{kind}"
            yield name, reliability_svg(f"{title}: {heading}", weight_curves(points, kind), name)


def _protocol(compared: ComparedProtocol) -> Iterator[tuple[str, str]]:
    protocol = compared.evaluation.protocol
    for panel in panels(compared):
        for metric in FIGURES:
            yield f"{protocol}-{metric}-{panel.name}", curve_svg(panel.evaluation, metric, "wide", salt=panel.name)
        if curves := method_curves(compared, panel):
            yield f"{protocol}-reliability-{panel.name}", reliability_svg(panel.title, curves, panel.name)
    for cost in COSTS:
        yield f"{protocol}-cost-{cost}", cost_svg(compared, cost)


def _slug(title: str) -> str:
    """A title as part of a file name."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
