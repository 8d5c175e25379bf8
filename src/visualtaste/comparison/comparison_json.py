"""comparison.json: everything behind every figure and table of a comparison."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from visualtaste.comparison.groups import group_of
from visualtaste.comparison.results import ComparedProtocol, ComparisonResult, WeightPoint
from visualtaste.evaluation.scores_json import DECIMALS
from visualtaste.metrics.calibration import Calibration
from visualtaste.metrics.simultaneous import SimultaneousDifference

SCHEMA_VERSION = 1


def to_json(result: ComparisonResult) -> dict[str, Any]:
    """The result for programs (`files.write_json`).

    A protocol holds what `Evaluation.to_json` gives, and of every contender, by its name, what belongs to it alone.
    What does not exist is null. `schema_version` rises when a key changes its meaning or goes.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "dataset": result.dataset,
        "folds": result.folds,
        "seeds": result.seeds,
        "trials": result.trials,
        "protocols": {name: _protocol(compared) for name, compared in result.protocols.items()},
        "weights": [_weight(point) for point in result.weights],
        "augmentation": [asdict(point) for point in result.augmentation],
        "provenance": asdict(result.provenance),
    }


def _protocol(compared: ComparedProtocol) -> dict[str, Any]:
    return {
        "photos": compared.photos,
        "best": compared.best.name,
        "evaluation": compared.evaluation.to_json(),
        "contenders": {name: _contender(compared, name) for name in compared.contenders},
    }


def _contender(compared: ComparedProtocol, name: str) -> dict[str, Any]:
    one = compared.contenders[name]
    return {
        "title": one.entry.title,
        "family": one.entry.family,
        "group": group_of(one),
        "sees": sorted(one.entry.sees),
        "given_the_answer": compared.given_the_answer(name),
        "cost": asdict(one.cost),
        "settings": dict(one.settings),
        "seeds": one.seeds,
        "seed_spread": one.seed_spread,
        "simultaneous_difference_to_reference": _difference(compared.differences.get(name)),
        "simultaneous_difference_to_best": _difference(compared.behind_best.get(name)),
        "calibration": None if one.calibration is None else calibration_json(one.calibration),
    }


def calibration_json(found: Calibration) -> dict[str, Any]:
    """The sums that others can add theirs to, what they come to, and the points of the reliability diagram."""
    predicted, wanted, pairs = found.reliability
    return {
        "ece": found.ece,
        "brier": found.brier,
        "log_loss": found.log_loss,
        "reliability": {
            "predicted": np.round(predicted, DECIMALS).tolist(),
            "wanted": np.round(wanted, DECIMALS).tolist(),
            "pairs": pairs.tolist(),
        },
        "sums": {
            "counts": found.counts.tolist(),
            "predicted": found.predicted.tolist(),
            "wanted": found.wanted.tolist(),
            "squares": found.squares,
            "logarithms": found.logarithms,
        },
    }


def _difference(found: SimultaneousDifference | None) -> dict[str, float] | None:
    return None if found is None else asdict(found)


def _weight(point: WeightPoint) -> dict[str, Any]:
    return {
        "method": point.method,
        "protocol": point.protocol,
        "weight": point.weight,
        "f1": asdict(point.f1),
        "difference_to_weight_1": None if point.difference is None else asdict(point.difference),
        "raw": calibration_json(point.raw),
        "corrected": calibration_json(point.corrected),
        "shifted": calibration_json(point.shifted),
    }
