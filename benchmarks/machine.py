"""What every benchmark shares: medians, the machine that they were taken on, one form of JSON."""

from __future__ import annotations

import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from visualtaste.types import Float64

LIBRARIES = (
    "numpy",
    "torch",
    "onnxruntime",
    "polars",
    "msgspec",
    "pandas",
    "torchmetrics",
    "transformers",
    "ray",
)


def machine() -> dict[str, Any]:
    """Processor, cores that this process may use, memory, Python and libraries."""
    return {
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gb": _memory_gb(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{name: found for name in LIBRARIES if (found := _version(name))},
    }


def median_seconds(function: Callable[[], object], runs: int = 5, *, warm_up: int = 1) -> float:
    """Median wall time of `runs` calls, after `warm_up` calls that are not counted."""
    for _ in range(warm_up):
        function()
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        function()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def milliseconds(name: str, seconds: Float64, limit: float) -> dict[str, Any]:
    """What several runs took, against the milliseconds that their median may take."""
    median = 1000 * float(np.median(seconds))
    return {
        "name": name,
        "figure": round(median, 2),
        "reference": limit,
        "ratio": round(median / limit, 3),
        "unit": "ms, median",
        "fastest twentieth": round(1000 * float(np.percentile(seconds, 5)), 2),
        "slowest twentieth": round(1000 * float(np.percentile(seconds, 95)), 2),
        "goal": "at most 1",
    }


def report(benchmark: str, results: Sequence[dict[str, Any]]) -> None:
    """Print JSON: each result has a name, its figure, its reference, their ratio, and what else explains them."""
    print(json.dumps({"benchmark": benchmark, "results": list(results), "machine": machine()}, indent=2))


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _memory_gb() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    except (AttributeError, OSError, ValueError):
        return None


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
