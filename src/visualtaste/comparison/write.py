"""The files of a comparison: comparison.json for programs, comparison.md for documentation, report.html for people."""

from __future__ import annotations

from pathlib import Path

from visualtaste.comparison.comparison_json import to_json
from visualtaste.comparison.drawings import drawings
from visualtaste.comparison.markdown import markdown
from visualtaste.comparison.report import report_html
from visualtaste.comparison.results import ComparisonResult
from visualtaste.files import write_bytes, write_json


def write_comparison(result: ComparisonResult, folder: Path) -> Path:
    """Write comparison.json, comparison.md, report.html and figures/*.svg into `folder`; returns the report's path."""
    write_json(folder / "comparison.json", to_json(result))
    write_bytes(folder / "comparison.md", markdown(result).encode())
    drawn = drawings(result)
    for name, svg in drawn.items():
        write_bytes(folder / "figures" / f"{name}.svg", svg.encode())
    report = folder / "report.html"
    write_bytes(report, report_html(result, drawn).encode())
    return report
