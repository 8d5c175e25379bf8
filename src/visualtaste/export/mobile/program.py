"""From a torch module to an ExecuTorch program, and the program run by ExecuTorch's own runtime."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import torch
from torch import Tensor, nn

from visualtaste.errors import MissingExtraError, TrainingError

Dynamic = Mapping[int, tuple[str, int]]
"""Dimensions of an input that may vary: their name and their largest size."""


def write_program(module: nn.Module, example: Tensor, path: Path, dynamic: Dynamic | None = None) -> None:
    """Lower a module of one input to `path`: to XNNPACK what that computes, to portable kernels the rest.

    Raises TrainingError with the reason where a part of the module cannot be lowered, MissingExtraError without
    ExecuTorch.
    """
    sizes = {axis: torch.export.Dim(name, min=1, max=largest) for axis, (name, largest) in (dynamic or {}).items()}
    with _quiet(), torch.no_grad():
        try:
            from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
            from executorch.exir import to_edge_transform_and_lower
        except ModuleNotFoundError as error:
            raise MissingExtraError("exporting to executorch", "mobile") from error
        try:
            traced = torch.export.export(module, (example,), dynamic_shapes=(sizes,), strict=False)
            lowered = to_edge_transform_and_lower(traced, partitioner=[XnnpackPartitioner()])
            content = lowered.to_executorch().buffer
        except Exception as error:  # the compiler's errors share no narrower class
            raise TrainingError(f"{path.name}: ExecuTorch cannot lower this network: {_first_line(error)}") from error
    path.write_bytes(content)


class Program:
    """A program on this machine, as a phone would run it."""

    def __init__(self, path: Path) -> None:
        """Raises TrainingError, naming what is missing, when the runtime has no kernel for a part of it."""
        with _quiet() as said:
            from executorch.runtime import Runtime

            try:
                self._program = Runtime.get().load_program(path)
                self._method = self._program.load_method("forward")
            except RuntimeError as error:
                reasons = [line for line in _lines(said) if "Missing operator" in line] or [_first_line(error)]
                raise TrainingError(f"{path.name}: ExecuTorch cannot run this network: {reasons[-1]}") from None

    def __call__(self, value: Tensor) -> Tensor:
        with _quiet():
            result: Tensor = self._method.execute([value])[0]
            return result.clone()  # the runtime's memory is reused at the next call


@contextmanager
def _quiet() -> Iterator[IO[bytes]]:
    """Catch what compiler and runtime, which is no Python, say on stderr; yields the file that it goes to."""
    logger = logging.getLogger("torch.utils._pytree")
    level = logger.level
    logger.setLevel(logging.ERROR)
    sys.stderr.flush()
    kept = os.dup(2)
    with TemporaryFile() as said:
        os.dup2(said.fileno(), 2)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield said
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            logger.setLevel(level)


def _lines(said: IO[bytes]) -> list[str]:
    said.seek(0)
    return said.read().decode(errors="replace").splitlines()


def _first_line(error: Any) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
