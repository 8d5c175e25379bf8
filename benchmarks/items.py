"""Recommendation on held-out purchases: this project's recommender against popularity, ALS, item-kNN, VBPR, photos.

    python -m benchmarks.items DATASET MODEL [MODEL ...] [--no-vbpr] [--seed 0] [--markdown FILE]

Every MODEL is a fold, trained and with an index of DATASET (`visualtaste index`). Test users show the earlier half of
their items and are asked the later half: which of twenty recommended items did they buy? Settings of the other methods
are chosen by the nDCG@20 of the fold's validation users, as are this project's weights. VBPR needs the extra `bench`.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.item_methods import Asked, Fold, K, Method, Ranked, Ranker, methods
from benchmarks.machine import machine
from visualtaste.data.dataset import Dataset
from visualtaste.metrics.intervals import DRAWS, Interval, difference_intervals, mean_intervals
from visualtaste.recommend.recommender import Recommender
from visualtaste.types import Float64

# ours: asked with the items' ids, and with nothing but their photos
REFERENCES = ("ours, items known", "ours, photos alone")


@dataclass(frozen=True, eq=False)
class Outcome:
    """A method's figures over all folds."""

    name: str
    scores: Float64  # (U, 2): recall@20 and nDCG@20 of each test user
    coverage: float  # share of the catalogue that is recommended to any user of a fold, mean over folds
    chosen: tuple[str, ...]  # settings, one a fold


def main() -> None:
    """Measure and print JSON, or the table of the documentation."""
    parser = argparse.ArgumentParser()
    parser.add_argument("dataset", type=Path)
    parser.add_argument("models", type=Path, nargs="+")
    parser.add_argument("--no-vbpr", action="store_true")
    parser.add_argument("--seed", type=int, default=0, help="of the bootstrap")
    parser.add_argument("--markdown", type=Path, help="file for the table of the documentation")
    arguments = parser.parse_args()
    dataset = Dataset.read(arguments.dataset)
    folds = [Fold.of(Recommender.load(model), dataset) for model in arguments.models]
    outcomes = [measured(method, folds) for method in methods(not arguments.no_vbpr)]
    content = as_json(outcomes, folds, arguments.seed)
    if arguments.markdown:
        arguments.markdown.write_text(markdown(content), encoding="utf-8")
    print(json.dumps(content, indent=2))


def measured(method: Method, folds: list[Fold]) -> Outcome:
    """Choose the settings of each fold on its validation users, and ask its test users."""
    scores, coverage, chosen = [], [], []
    for fold in folds:
        setting = max(method.settings, key=lambda name: _validated(method.settings[name], fold, len(method.settings)))
        ranked = method.settings[setting](fold, fold.test)
        scores.append(score(ranked, fold.test))
        items = len(fold.recommender.index.catalogue)
        coverage.append(len(np.unique(ranked[ranked >= 0])) / items)
        chosen.append(setting)
    return Outcome(method.name, np.concatenate(scores), float(np.mean(coverage)), tuple(chosen))


def _validated(ranker: Ranker, fold: Fold, settings: int) -> float:
    """nDCG@20 of the validation users; nothing is asked where there is nothing to choose."""
    return 0.0 if settings == 1 else float(score(ranker(fold, fold.validation), fold.validation)[:, 1].mean())


def score(ranked: Ranked, asked: Asked) -> Float64:
    """Recall@20 and nDCG@20 of each user (U, 2).

    recall: hits / asked items. nDCG: sum of 1 / log2(place + 1) over the hits, over that of min(20, asked) hits first.
    """
    discount = 1 / np.log2(np.arange(2, K + 2))
    result = np.empty((len(ranked), 2))
    for user, (rows, later) in enumerate(zip(ranked, asked.later, strict=True)):
        hits = np.isin(rows, later)
        result[user] = hits.sum() / len(later), discount[hits].sum() / discount[: len(later)].sum()
    return result


def ceilings(folds: list[Fold]) -> dict[str, float]:
    """What no method, or none that learns from purchases alone, can exceed; and what the asked items are."""
    sold, known, variants, room, asked, items = 0, 0, 0, [], 0, []
    for fold in folds:
        catalogue = fold.recommender.index.catalogue
        counts = np.bincount(fold.train.sets.values, minlength=len(catalogue))
        items.append(len(catalogue))
        for shown, later in zip(fold.test.shown, fold.test.later, strict=True):
            asked += len(later)
            sold += int((counts[later] > 0).sum())
            known += int((counts[later] > 1).sum())
            variants += int(np.isin(later, catalogue.variants(shown)).sum())
            room.append(min(K, len(later)) / len(later))
    return {
        "items": float(np.mean(items)),
        "asked purchases": asked,
        "recall@20 of a perfect method": float(np.mean(room)),
        "share of asked items that any training user bought": sold / asked,
        "share of asked items that two training users bought": known / asked,
        "share of asked items that are a variant of a shown product": variants / asked,
        "recall@20 of chance": K / float(np.mean(items)),
    }


def as_json(outcomes: list[Outcome], folds: list[Fold], seed: int) -> dict[str, Any]:
    """Figures with intervals over users, and differences to both of ours on the same draws of users."""
    samples = [outcome.scores for outcome in outcomes]
    means = mean_intervals(samples, seed)
    references = {name: next(o.scores for o in outcomes if o.name == name) for name in REFERENCES}
    gaps = {name: difference_intervals(samples, scores, seed, DRAWS) for name, scores in references.items()}
    rows: list[dict[str, Any]] = []
    for place, outcome in enumerate(outcomes):
        row: dict[str, Any] = {"method": outcome.name}
        for column, metric in enumerate(("recall@20", "ndcg@20")):
            row[metric] = _figures(means[place], column)
            for name in REFERENCES:
                row[f"{metric}, difference to {name}"] = _figures(gaps[name][place], column)
        rows.append(row | {"coverage": outcome.coverage, "chosen": outcome.chosen})
    return {
        "users": len(samples[0]),
        "folds": len(folds),
        "ceilings": ceilings(folds),
        "blends": [fold.recommender.index.manifest.blend.model_dump() for fold in folds],
        "methods": rows,
        "machine": machine(),
    }


def _figures(interval: Interval, column: int) -> list[float]:
    return [float(bound[column]) for bound in (interval.value, interval.low, interval.high)]


def markdown(content: dict[str, Any]) -> str:
    """The table, best nDCG first, and the ceilings below it."""
    lines = [
        "| Method | Recall@20 | nDCG@20 | ΔnDCG@20 to items known | ΔnDCG@20 to photos alone | Coverage |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in sorted(content["methods"], key=lambda row: -row["ndcg@20"][0]):
        gaps = [_gap(row, name) for name in REFERENCES]
        cells = [row["method"], _interval(row["recall@20"]), _interval(row["ndcg@20"]), *gaps, f"{row['coverage']:.1%}"]
        lines.append(f"| {' | '.join(cells)} |")
    facts = "; ".join(f"{name}: {value:.4g}" for name, value in content["ceilings"].items())
    return "\n".join([*lines, "", f"{content['users']} test users in {content['folds']} folds. {facts}.", ""])


def _gap(row: dict[str, Any], reference: str) -> str:
    same = row["method"] == reference
    return "reference" if same else _interval(row[f"ndcg@20, difference to {reference}"], "+")


def _interval(figures: list[float], sign: str = "") -> str:
    value, low, high = (f"{figure:{sign}.4f}".replace("-", "\N{MINUS SIGN}") for figure in figures)
    return f"{value} ({low} to {high})" if sign else f"{value} ({low}\N{EN DASH}{high})"


if __name__ == "__main__":
    main()
