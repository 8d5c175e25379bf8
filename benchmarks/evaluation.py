"""Evaluation speed: 20,000 users x 1000 categories, every metric at every k = 1..20, against torchmetrics.

    python -m benchmarks.evaluation [--users 20000] [--categories 1000] [--sample 250] [--runs 5]

torchmetrics has one retrieval metric object a metric and k, each of which walks over the users one by one; on all
users this takes many minutes. So it is timed on a sample of the users and scaled by their number, which favours it:
its grouping sorts all pairs, so it costs more than in proportion. It gets one thread, because its steps are so small
that more only slow it down. It is timed for precision, recall and nDCG at every
k and for R-precision; ours is timed for these and for F1, micro and thresholded metrics as well.
"""

from __future__ import annotations

import argparse
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torchmetrics.retrieval import (
    RetrievalNormalizedDCG,
    RetrievalPrecision,
    RetrievalRecall,
    RetrievalRPrecision,
)

from benchmarks.machine import median_seconds, report
from visualtaste.metrics.ranking import DEFAULT_KS, score_users
from visualtaste.types import Bool, Float32

GOAL_SECONDS = 1.0
GOAL_RATIO = 10.0


def make_questions(users: int, categories: int, seed: int = 0) -> tuple[Float32, Bool]:
    """About 30 wanted categories a user, more where scores are high; a user's scores are distinct, so nothing ties."""
    random = np.random.default_rng(seed)
    ranks = random.permuted(np.broadcast_to(np.arange(1, categories + 1), (users, categories)), axis=1)
    scores = (ranks / (categories + 1)).astype(np.float32)
    wanted = random.random((users, categories), dtype=np.float32) < 0.09 * scores**2
    wanted[:, 0] = True
    return scores, wanted


def by_torchmetrics(scores: Float32, wanted: Bool) -> dict[str, list[float]]:
    """The same means by torchmetrics, one metric object after the other."""
    users, categories = scores.shape
    preds, target = torch.from_numpy(scores.ravel()), torch.from_numpy(wanted.ravel())
    indexes = torch.arange(users).repeat_interleave(categories)

    def value(metric: Callable[..., Any]) -> float:
        return float(metric(preds, target, indexes=indexes))

    return {
        "precision": [value(RetrievalPrecision(top_k=k)) for k in DEFAULT_KS],
        "recall": [value(RetrievalRecall(top_k=k)) for k in DEFAULT_KS],
        "ndcg": [value(RetrievalNormalizedDCG(top_k=k)) for k in DEFAULT_KS],
        "r_precision": [value(RetrievalRPrecision())],
    }


def largest_difference(scores: Float32, wanted: Bool, theirs: dict[str, list[float]]) -> dict[str, float]:
    """How far the two are apart at most, by metric."""
    ours = score_users(scores, wanted).mean()
    values = {"precision": ours.precision, "recall": ours.recall, "ndcg": ours.ndcg, "r_precision": ours.r_precision}
    return {name: float(np.abs(np.asarray(values[name]) - theirs[name]).max()) for name in theirs}


def peak_megabytes(function: Callable[[], object]) -> float:
    """Memory allocated at most during a call, beyond what was there before."""
    tracemalloc.start()
    function()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 2**20


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--users", type=int, default=20_000)
    arguments.add_argument("--categories", type=int, default=1000)
    arguments.add_argument("--sample", type=int, default=250, help="users that torchmetrics is timed on")
    arguments.add_argument("--runs", type=int, default=5)
    options = arguments.parse_args()

    scores, wanted = make_questions(options.users, options.categories)

    def everything() -> None:
        result = score_users(scores, wanted, probabilities=scores)
        result.mean(), result.micro(), result.thresholded_micro()

    seconds = median_seconds(everything, options.runs)

    sample = min(options.sample, options.users)
    torch.set_num_threads(1)
    start = time.perf_counter()
    theirs = by_torchmetrics(scores[:sample], wanted[:sample])
    once = time.perf_counter() - start
    their_seconds = median_seconds(
        lambda: by_torchmetrics(scores[:sample], wanted[:sample]), min(3, options.runs), warm_up=0 if once > 1 else 1
    )
    scaled = their_seconds * options.users / sample
    apart = largest_difference(scores[:sample], wanted[:sample], theirs)
    report(
        "evaluation",
        [
            {
                "name": f"all metrics at k = 1..20, {options.users} users x {options.categories} categories",
                "seconds": round(seconds, 4),
                "reference": "torchmetrics: precision, recall, nDCG at every k, R-precision",
                "reference_seconds": round(scaled, 2),
                "reference_measured": f"{their_seconds:.2f} s on {sample} users, scaled by the number of users",
                "ratio": round(scaled / seconds, 1),
                "goal": f"at most {GOAL_SECONDS} s and at least {GOAL_RATIO} times faster",
                "reached": seconds <= GOAL_SECONDS and scaled / seconds >= GOAL_RATIO,
                "peak_memory_mb": round(peak_megabytes(everything), 1),
                "largest_difference_on_the_sample": apart,
                "equal": max(apart.values()) < 1e-6,
            }
        ],
    )


if __name__ == "__main__":
    main()
