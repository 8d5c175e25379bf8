"""Results of jobs on disk: one file a job, complete or not there, so that a killed comparison goes on."""

from __future__ import annotations

import json
import zipfile
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visualtaste.comparison.job import JobResult, Outcome, Took
from visualtaste.errors import DataError
from visualtaste.files import atomic_path
from visualtaste.metrics.calibration import Calibration
from visualtaste.metrics.user_scores import Counts, UserScores

Arrays = dict[str, NDArray[Any]]


def write_cell(path: Path, result: JobResult) -> None:
    """Write a job's result as .npz; nothing in it is code."""
    arrays: Arrays = {}
    header: dict[str, Any] = {"failed": result.failed, "outcomes": []}
    for number, outcome in enumerate(result.outcomes):
        header["outcomes"].append(
            {
                "protocol": outcome.protocol,
                "companion": outcome.companion,
                "took": asdict(outcome.took),
                "calibrated": outcome.calibration is not None,
                "uncalibrated": list(outcome.uncalibrated),
            }
        )
        arrays |= _scores_to_arrays(outcome.scores, f"{number}.scores")
        if outcome.calibration is not None:
            arrays |= _calibration_to_arrays(outcome.calibration, f"{number}.calibration")
        for name, calibration in outcome.uncalibrated.items():
            arrays |= _calibration_to_arrays(calibration, f"{number}.{name}")
    arrays["header"] = np.frombuffer(json.dumps(header).encode(), dtype=np.uint8)
    with atomic_path(path) as partial, partial.open("wb") as stream:
        np.savez(stream, **arrays)  # type: ignore[arg-type]  # the stub takes a name for allow_pickle


def read_cell(path: Path) -> JobResult:
    """Read what `write_cell` wrote; raises DataError when the file is damaged or foreign."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            return _result({name: arrays[name] for name in arrays.files})
    except (ValueError, KeyError, TypeError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"{path}: not a result of a comparison ({error}): delete it, it is computed anew") from None


def _result(arrays: Arrays) -> JobResult:
    header = json.loads(arrays["header"].tobytes())
    outcomes = []
    for number, outcome in enumerate(header["outcomes"]):
        calibration = _calibration(arrays, f"{number}.calibration") if outcome["calibrated"] else None
        uncalibrated = {name: _calibration(arrays, f"{number}.{name}") for name in outcome["uncalibrated"]}
        scores, took = _scores(arrays, f"{number}.scores"), Took(**outcome["took"])
        outcomes.append(Outcome(outcome["protocol"], outcome["companion"], scores, took, calibration, uncalibrated))
    return JobResult(tuple(outcomes), header["failed"])


def _scores_to_arrays(scores: UserScores, prefix: str) -> Arrays:
    arrays: Arrays = {"ks": scores.ks, "ndcg": scores.ndcg, "r_precision": scores.r_precision}
    for name, counts in (("top", scores.top), ("thresholded", scores.thresholded)):
        if counts is not None:
            arrays |= {f"{name}.{field.name}": getattr(counts, field.name) for field in fields(counts)}
    return {f"{prefix}.{name}": array for name, array in arrays.items()}


def _scores(arrays: Arrays, prefix: str) -> UserScores:
    def counts(name: str) -> Counts:
        return Counts(**{field.name: arrays[f"{prefix}.{name}.{field.name}"] for field in fields(Counts)})

    return UserScores(
        ks=arrays[f"{prefix}.ks"],
        top=counts("top"),
        thresholded=counts("thresholded") if f"{prefix}.thresholded.hits" in arrays else None,
        ndcg=arrays[f"{prefix}.ndcg"],
        r_precision=arrays[f"{prefix}.r_precision"],
    )


def _calibration_to_arrays(calibration: Calibration, prefix: str) -> Arrays:
    return {f"{prefix}.{name}": np.asarray(value) for name, value in asdict(calibration).items()}


def _calibration(arrays: Arrays, prefix: str) -> Calibration:
    found: dict[str, Any] = {field.name: arrays[f"{prefix}.{field.name}"] for field in fields(Calibration)}
    return Calibration(**{name: value.item() if value.ndim == 0 else value for name, value in found.items()})
