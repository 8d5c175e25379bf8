"""The one place that opens ONNX Runtime sessions and checks that a file is the network that it should be."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from visualtaste.errors import ArtifactError
from visualtaste.features.self_contained import keeps_its_numbers_inside

if TYPE_CHECKING:
    from onnxruntime import InferenceSession, NodeArg

_CPU = "CPUExecutionProvider"
# Without TensorFloat-32, whose products are exact to three digits only: features must not depend on the machine.
_GPU = [("CUDAExecutionProvider", {"use_tf32": "0"}), _CPU]

_PREAMBLE = re.compile(r"^\[ONNXRuntimeError\] : \d+ : \w+ : (Load model from .*? failed:)?")


@dataclass(frozen=True)
class Port:
    """What an input or output of a network must be: its ONNX type and its sizes, None where any size will do."""

    kind: str  # "uint8", "float", "int64": the names that ONNX gives them
    shape: tuple[int | None, ...]

    def admits(self, kind: str, shape: list[int | str | None]) -> bool:
        """Whether a port of the given type and sizes will do; a symbolic size of the file fits any number."""
        return (
            kind == f"tensor({self.kind})"
            and len(shape) == len(self.shape)
            and all(
                want is None or not isinstance(have, int) or have == want
                for want, have in zip(self.shape, shape, strict=True)
            )
        )

    def __str__(self) -> str:
        return f"{self.kind} {_sizes(self.shape)}"


def open_session(path: Path, threads: int | None = None, gpu: bool = False) -> InferenceSession:
    """Open an ONNX file on the CPU or on the first GPU, silently.

    `threads` defaults to the cores that this process may use. Naming the number keeps ONNX Runtime from pinning
    threads to cores, which containers refuse with a page of warnings.

    Raises ArtifactError when the file is missing, damaged, of a newer format or not ONNX at all, when it would read
    another file, or when `gpu` is asked for and this ONNX Runtime cannot use one.
    """
    # Imported here: reading and describing a model folder needs no runtime.
    import onnxruntime

    if not path.is_file():
        raise ArtifactError(f"{path} is missing: copy the whole model folder again")
    _refuse_external_data(path)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # only what ends the process: every other problem arrives as an exception
    options.intra_op_num_threads = threads or usable_cores()
    options.inter_op_num_threads = 1
    # Threads that wait must sleep: spinning ones take the cores from what comes next, first of all the next network.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        # a build for the CPU alone refuses the very name of a GPU's provider
        there = "CUDAExecutionProvider" in onnxruntime.get_available_providers()
        session = onnxruntime.InferenceSession(path, options, providers=_GPU if gpu and there else [_CPU])
    except Exception as error:  # the runtime's errors share no narrower class
        raise ArtifactError(f"{path}: {_explain(str(error))}") from None
    if gpu and session.get_providers()[0] == _CPU:  # a build for GPUs that finds none falls back without a word
        raise ArtifactError(f"{path}: ONNX Runtime finds no GPU to run it on: pip install onnxruntime-gpu")
    return session


def check_ports(session: InferenceSession, path: Path, inputs: Mapping[str, Port], outputs: Mapping[str, Port]) -> None:
    """Raise ArtifactError unless the network has exactly these inputs and at least these outputs."""
    have = {port.name: port for port in session.get_inputs()}
    surplus = sorted(have.keys() - inputs.keys())
    if surplus:
        raise ArtifactError(f"{path} wants an unknown input {surplus[0]!r}: it was not written by visualtaste")
    _check_side("input", path, have, inputs)
    _check_side("output", path, {port.name: port for port in session.get_outputs()}, outputs)


def _check_side(side: str, path: Path, have: Mapping[str, NodeArg], want: Mapping[str, Port]) -> None:
    for name, port in want.items():
        if name not in have:
            names = ", ".join(sorted(have))
            raise ArtifactError(f"{path} has no {side} {name!r} but {names}: it was not written by visualtaste")
        kind, shape = have[name].type, have[name].shape
        if not port.admits(kind, shape):
            found = f"{kind.removeprefix('tensor(').removesuffix(')')} {_sizes(shape)}"
            raise ArtifactError(
                f"{path}: {side} {name!r} is {found}, but {port} fits the manifest beside it: "
                "the file belongs to another model"
            )


def _refuse_external_data(path: Path) -> None:
    try:
        inside = keeps_its_numbers_inside(path)
    except (ValueError, OSError) as error:
        raise ArtifactError(f"{path}: {_explain(str(error))}") from None
    if not inside:
        raise ArtifactError(f"{path} keeps numbers in another file: it was not written by visualtaste, do not use it")


def _explain(message: str) -> str:
    reason = " ".join(_PREAMBLE.sub("", message).split()).rstrip(".")
    if "IR version" in reason or "opset" in reason.lower():
        return "its ONNX version is newer than the installed ONNX Runtime reads: pip install -U onnxruntime"
    return f"ONNX Runtime cannot open it: copy the model folder again, the file is damaged or foreign ({reason})"


def usable_cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _sizes(shape: tuple[int | None, ...] | list[int | str | None]) -> str:
    return "(" + ", ".join("any" if size is None else str(size) for size in shape) + ")"
