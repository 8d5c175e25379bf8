"""The machines of a cluster: what each has, and whether they fit together.

Two versions of a program, or a photo that one machine sees and another does not, would not stop a job: they would
spoil its result. So every machine is asked before anything starts.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from visualtaste.data.locations import Location, read_location
from visualtaste.errors import ClusterError, DataError, MissingExtraError

# What features and weights come from, and the packages that it may have come in; all machines must have the same.
_LIBRARIES = {name: (name,) for name in ("visualtaste", "numpy", "pillow", "simplejpeg", "torch")} | {
    "onnxruntime": ("onnxruntime", "onnxruntime-gpu")
}
_PATIENCE = 120  # seconds for a machine to start a process and answer


@dataclass(frozen=True)
class Node:
    """One machine of the cluster."""

    id: str
    address: str
    cpus: int
    gpus: int


def nodes() -> list[Node]:
    """The machines that are up and lend processors, in the order of their addresses."""
    alive = [
        Node(
            node["NodeID"],
            node["NodeManagerAddress"],
            int(node["Resources"].get("CPU", 0)),
            int(node["Resources"].get("GPU", 0)),
        )
        for node in ray.nodes()
        if node["Alive"]
    ]
    working = sorted((node for node in alive if node.cpus), key=lambda node: (node.address, node.id))
    if not working:
        raise ClusterError(f"none of the cluster's {len(alive)} machines lends a processor: see `ray status`")
    return working


def check_versions(working: list[Node]) -> None:
    """Raise ClusterError unless all machines have the libraries that this process has, in the same versions."""
    here = versions()
    for node, there in zip(working, on_each(working, versions), strict=True):
        for name in _LIBRARIES:
            if here[name] != there[name]:
                raise ClusterError(
                    f"{node.address} has {name} {there[name] or 'no'}, this process {here[name] or 'no'}: "
                    "install the same versions on all machines"
                )


def check_photo(working: list[Node], photo: Location) -> None:
    """Raise ClusterError unless every machine can read this photo, which this process can."""
    for node, problem in zip(working, on_each(working, _problem, photo), strict=True):
        if problem:
            raise ClusterError(
                f"{node.address} cannot read {photo} ({problem}): put the photos where all machines see them, on a "
                "shared folder under the same path or on object storage"
            )


def check_gpus(working: list[Node]) -> None:
    """Raise ClusterError unless every machine that lends a GPU has an ONNX Runtime that computes on it."""
    lending = [node for node in working if node.gpus]
    for node, capable in zip(lending, on_each(lending, _computes_on_gpus), strict=True):
        if not capable:
            raise ClusterError(
                f"{node.address} lends GPUs that its ONNX Runtime cannot use: pip install onnxruntime-gpu in "
                "place of onnxruntime there, or start Ray there with --num-gpus 0"
            )


def check_folder(working: list[Node], folder: str) -> None:
    """Raise ClusterError unless every machine sees this folder of ours."""
    for node, absent in zip(working, on_each(working, _absence, folder), strict=True):
        if absent:
            raise ClusterError(
                f"{node.address} does not see {folder}: training writes its checkpoints there, so the output must "
                "lie on a folder that all machines share under the same path"
            )


def on_each(working: list[Node], function: Callable[..., Any], *arguments: object) -> list[Any]:
    """Call a function once on every machine, at the same time; raises ClusterError when a machine does not answer."""
    remote = ray.remote(num_cpus=0, max_retries=1)(function)
    calls = [
        remote.options(scheduling_strategy=NodeAffinitySchedulingStrategy(node.id, soft=False)).remote(*arguments)
        for node in working
    ]
    answers = []
    for node, call in zip(working, calls, strict=True):
        try:
            answers.append(ray.get(call, timeout=_PATIENCE))
        except ray.exceptions.GetTimeoutError:
            raise ClusterError(f"{node.address} did not answer for {_PATIENCE} seconds: see `ray status`") from None
        except ray.exceptions.RayError as error:
            if "No module named" in str(error):
                raise ClusterError(
                    f"{node.address} lacks what this process has: pip install 'visualtaste[train,cluster]' there, in "
                    f"the Python that runs Ray ({str(error).strip().splitlines()[-1]})"
                ) from None
            raise ClusterError(f"{node.address}: {str(error).strip().splitlines()[-1]}") from None
    return answers


def versions() -> dict[str, str | None]:
    """The installed version of each library that results come from, None where there is none."""
    return {name: next(filter(None, map(_version, packages)), None) for name, packages in _LIBRARIES.items()}


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _problem(photo: Location) -> str | None:
    """Why this machine cannot read the photo."""
    try:
        read_location(photo)
    except (OSError, ValueError, DataError, MissingExtraError) as error:
        return str(error)
    return None


def _computes_on_gpus() -> bool:
    import onnxruntime

    return "CUDAExecutionProvider" in onnxruntime.get_available_providers()


def _absence(folder: str) -> bool:
    return not os.path.isdir(folder)
