"""From a torch module to one self-contained ONNX file, checked against the module before it takes its place."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from visualtaste.errors import TrainingError
from visualtaste.features.session import open_session
from visualtaste.files import atomic_path

# What torch's exporter writes natively (any other version is converted afterwards), and the first in which
# ScatterElements and ScatterND reduce by sum and by maximum.
OPSET = 18


def to_onnx(
    module: nn.Module,
    inputs: Mapping[str, Tensor],
    outputs: Sequence[str],
    path: Path,
    dynamic: Mapping[str, Mapping[int, str]],
    checks: Sequence[Sequence[Tensor]] = (),
    tolerance: float = 1e-5,
) -> None:
    """Export `module` in evaluation mode to `path`; the file appears only once it has passed the check.

    `inputs` are named examples to trace with, `outputs` the names of what comes out, and `dynamic` names the
    dimensions that may vary, as {"pixels": {0: "photos"}}. ONNX Runtime is then run on `inputs` and on every other
    example in `checks`: an output may differ from torch's by `tolerance` of its largest value (of 1 where that is
    smaller). Let the checks differ in size: a size that the tracer took for a constant is what goes wrong.

    Raises TrainingError with the figures when ONNX Runtime computes something else than torch.
    """
    was_training = module.training
    module.eval()
    try:
        with atomic_path(path) as partial, torch.no_grad():
            _write(module, inputs, outputs, partial, dynamic)
            session = open_session(partial)
            for example in (tuple(inputs.values()), *checks):
                feed = {name: tensor.numpy() for name, tensor in zip(inputs, example, strict=True)}
                ours = module(*example)
                torch_says = [ours] if isinstance(ours, Tensor) else ours
                onnx_says = session.run(list(outputs), feed)
                for name, expected, actual in zip(outputs, torch_says, onnx_says, strict=True):
                    _compare(f"{path}: {name}", expected.numpy(), actual, tolerance)
    finally:
        module.train(was_training)


def _write(
    module: nn.Module,
    inputs: Mapping[str, Tensor],
    outputs: Sequence[str],
    path: Path,
    dynamic: Mapping[str, Mapping[int, str]],
) -> None:
    with _quiet():
        program = torch.onnx.export(
            module,
            tuple(inputs.values()),
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_shapes=tuple(dict(dynamic.get(name, {})) for name in inputs),
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
    assert program is not None  # it is None only for the older exporter
    # The tracer notes beside every node where on this machine its source lies: not for others to read, and it
    # would give the same network another digest on every machine.
    for node in program.model.graph.all_nodes():
        node.metadata_props.clear()
    program.save(path, external_data=False)


def _compare(what: str, expected: np.ndarray[Any, Any], actual: np.ndarray[Any, Any], tolerance: float) -> None:
    if actual.shape != expected.shape:
        raise TrainingError(f"{what} is {actual.shape} in ONNX but {expected.shape} in torch")
    gap = float(np.abs(actual - expected).max(initial=0.0))
    allowed = tolerance * float(np.abs(expected).max(initial=1.0))
    if not gap <= allowed:  # so, and not the other way round, that NaN fails
        raise TrainingError(f"{what} differs between ONNX and torch by {gap:.2e}, allowed are {allowed:.2e}")


# Loggers of the exporter that speak at every export: torchvision is missing, and the type of an empty list is guessed.
_TALKATIVE = ("torch.onnx._internal.exporter._registration", "onnx_ir._convenience")


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence what the exporter says about itself; what is wrong with a model arrives as an exception."""
    loggers = [logging.getLogger(name) for name in _TALKATIVE]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            # a deprecation that torch.export itself runs into
            warnings.filterwarnings("ignore", message=r".*LeafSpec.* is deprecated", category=FutureWarning)
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
