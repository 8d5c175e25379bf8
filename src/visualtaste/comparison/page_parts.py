"""What the comparison's page shows, computed: the template only lays it out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from visualtaste.comparison.cost_figure import COSTS
from visualtaste.comparison.drawings import cost_name, panel_name, studied, weights_name
from visualtaste.comparison.groups import Panel, panels
from visualtaste.comparison.results import ComparedProtocol, ComparisonResult, Contender
from visualtaste.comparison.rows import sections
from visualtaste.comparison.thresholded import counted_twice
from visualtaste.comparison.wording import KINDS
from visualtaste.evaluation.canvas import sample_svg
from visualtaste.evaluation.figures import FIGURES, curve_svg
from visualtaste.evaluation.line_styles import line_styles
from visualtaste.evaluation.page import themed
from visualtaste.evaluation.page_parts import forest_place, forest_scale
from visualtaste.evaluation.wording import PROTOCOLS


def protocol_part(compared: ComparedProtocol, drawn: Mapping[str, str]) -> dict[str, Any]:
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
        "panels": [_panel(compared, panel, drawn) for panel in shown],
        "counted_twice": counted_twice(compared),
        "costs": {cost: themed(drawn[cost_name(compared, cost)]) for cost in COSTS},
    }


def weight_studies(result: ComparisonResult, drawn: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every method and protocol of the study of positive weights, with its three reliability diagrams."""
    return [
        {
            "title": title,
            "protocol": PROTOCOLS[protocol].title,
            "diagrams": [themed(drawn[weights_name(title, protocol, kind)]) for kind in KINDS],
        }
        for title, protocol in studied(result)
    ]


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


def _panel(compared: ComparedProtocol, panel: Panel, drawn: Mapping[str, str]) -> dict[str, Any]:
    # the reference alone says nothing of the panel's methods
    probabilistic = any(compared.contenders[name].calibration is not None for name in panel.methods)
    return {
        "title": panel.title,
        "given": compared.given_the_answer(panel.methods[0]),
        "wide": themed(drawn[panel_name(compared, "f1", panel)]),
        "narrow": {
            metric: themed(curve_svg(panel.evaluation, metric, "narrow", salt=panel_name(compared, metric, panel)))
            for metric in FIGURES
        },
        "reliability": themed(drawn[panel_name(compared, "reliability", panel)]) if probabilistic else None,
        "probabilistic": [one for one in _contenders(compared, panel) if one.calibration is not None],
    }


def _contenders(compared: ComparedProtocol, panel: Panel) -> list[Contender]:
    return [compared.contenders[name] for name in panel.methods]


def _samples(shown: list[Panel]) -> dict[str, str]:
    """Each method's line as the figures draw it."""
    styles = {name: style for panel in shown for name, style in line_styles(panel.evaluation).items()}
    return {name: themed(sample_svg(style)) for name, style in styles.items()}
