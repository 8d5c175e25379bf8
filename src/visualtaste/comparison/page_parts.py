"""What the comparison's page shows, computed: the template only lays it out."""

from __future__ import annotations

from typing import Any

from visualtaste.comparison.cost_figure import COSTS, cost_svg
from visualtaste.comparison.groups import Panel, panels
from visualtaste.comparison.reliability_figure import method_curves, reliability_svg, weight_curves
from visualtaste.comparison.results import ComparedProtocol, ComparisonResult, Contender, WeightPoint
from visualtaste.comparison.rows import sections
from visualtaste.comparison.thresholded import counted_twice
from visualtaste.comparison.wording import KINDS
from visualtaste.config import Protocol
from visualtaste.evaluation.canvas import sample_svg
from visualtaste.evaluation.figures import curve_svg
from visualtaste.evaluation.line_styles import line_styles
from visualtaste.evaluation.page import themed
from visualtaste.evaluation.page_parts import forest_place, forest_scale
from visualtaste.evaluation.wording import PROTOCOLS


def protocol_part(compared: ComparedProtocol) -> dict[str, Any]:
    """One protocol's section: its table by groups, its curves, what quality costs, and how true probabilities are."""
    evaluation = compared.evaluation
    shown = panels(compared)
    found = sections(compared)
    samples = _samples(shown)
    cells = {
        row.name: {"sample": samples.get(row.name, ""), "place": forest_place(evaluation, row.name)}
        for section in found
        for row in section.rows
    }
    return {
        "name": evaluation.protocol,
        "words": PROTOCOLS[evaluation.protocol],
        "compared": compared,
        "evaluation": evaluation,
        "ranked": [section for section in found if not section.given],
        "given": [section for section in found if section.given],
        "given_methods": sum(len(section.rows) for section in found if section.given),
        "cells": cells,
        "forest": forest_scale(evaluation),
        "panels": [_panel(compared, panel) for panel in shown],
        "counted_twice": counted_twice(compared),
        "costs": {cost: themed(cost_svg(compared, cost)) for cost in COSTS},
    }


def weight_studies(result: ComparisonResult) -> list[dict[str, Any]]:
    """Every method and protocol of the study of positive weights, with its three reliability diagrams."""
    return [
        {
            "title": title,
            "protocol": PROTOCOLS[protocol].title,
            "diagrams": [
                themed(reliability_svg(words, weight_curves(points, kind), f"{title} {protocol} {kind}"))
                for kind, words in KINDS.items()
            ],
        }
        for (title, protocol), points in studied(result).items()
    ]


def studied(result: ComparisonResult) -> dict[tuple[str, Protocol], list[WeightPoint]]:
    """The weights that were tried, by method and protocol."""
    found: dict[tuple[str, Protocol], list[WeightPoint]] = {}
    for point in result.weights:
        found.setdefault((point.method, point.protocol), []).append(point)
    return found


def method_rows(result: ComparisonResult) -> list[dict[str, Any]]:
    """All methods of all protocols by group, in the order of the contenders, with what they take in each."""
    members: dict[str, dict[str, Any]] = {}
    for protocol, compared in result.protocols.items():
        for section in sections(compared):
            group = members.setdefault(section.group.name, {"title": section.group.title, "methods": {}})
            for name in section.group.methods:
                row = group["methods"].setdefault(name, {"contender": compared.contenders[name], "costs": {}})
                row["costs"][protocol] = compared.contenders[name]
    return [{"title": group["title"], "rows": list(group["methods"].values())} for group in members.values()]


def _panel(compared: ComparedProtocol, panel: Panel) -> dict[str, Any]:
    salt = f"{compared.evaluation.protocol} {panel.name}"
    curves = method_curves(compared, panel)
    # the reference alone says nothing of the panel's methods
    probabilistic = any(compared.contenders[name].calibration is not None for name in panel.methods)
    return {
        "title": panel.title,
        "given": compared.given_the_answer(panel.methods[0]),
        "wide": themed(curve_svg(panel.evaluation, "f1", "wide", salt=salt)),
        "narrow": {
            metric: themed(curve_svg(panel.evaluation, metric, "narrow", salt=salt))
            for metric in ("f1", "precision", "recall")
        },
        "reliability": themed(reliability_svg(panel.title, curves, salt)) if probabilistic else None,
        "probabilistic": [one for one in _contenders(compared, panel) if one.calibration is not None],
    }


def _contenders(compared: ComparedProtocol, panel: Panel) -> list[Contender]:
    return [compared.contenders[name] for name in panel.methods]


def _samples(shown: list[Panel]) -> dict[str, str]:
    """Each method's line as the figures draw it."""
    styles = {name: style for panel in shown for name, style in line_styles(panel.evaluation).items()}
    return {name: themed(sample_svg(style)) for name, style in styles.items()}
