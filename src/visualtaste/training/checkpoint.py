"""The last complete state of a training, so that a killed one goes on with the same numbers.

One safetensors file: module tensors as `module/<name>/<tensor>`, optimizer tensors as
`optimizer/<key>/<name>/<parameter>`, and in its header, as JSON, a small state and the identity of the training.
One file is replaced in one step, so weights, optimizer and state can never be of different epochs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.optim import Optimizer

from visualtaste.errors import TrainingError
from visualtaste.files import atomic_path

Modules = Mapping[str, nn.Module]


class Checkpoint:
    """The checkpoint file of one training.

    `identity` says by named digests what the training is made of, such as {"settings": ..., "data": ...}; a file
    with another identity is refused, not continued.
    """

    def __init__(self, path: Path, identity: Mapping[str, str]) -> None:
        self.path = path
        self.identity = dict(identity)

    def save(self, modules: Modules, optimizer: Optimizer | None, state: Mapping[str, Any]) -> None:
        """Replace the file by the given state; `state` must survive JSON."""
        tensors = _module_tensors(modules)
        if optimizer is not None:
            tensors |= _optimizer_tensors(modules, optimizer)
        # safetensors wants each tensor dense in row order; convolutions may be channels-last
        dense = {name: tensor.detach().contiguous() for name, tensor in tensors.items()}
        header = {"identity": json.dumps(self.identity), "state": json.dumps(dict(state))}
        with atomic_path(self.path) as partial:
            save_tensors(dense, partial, header)

    def read(self) -> dict[str, Any] | None:
        """The JSON state alone, or None when nothing was saved; raises TrainingError on a foreign file."""
        if not self.path.exists():
            return None
        try:
            with safe_open(self.path, framework="pt") as file:
                header = file.metadata() or {}
            identity, state = json.loads(header["identity"]), json.loads(header["state"])
        except (SafetensorError, KeyError, ValueError):
            raise TrainingError(f"{self.path} is not a checkpoint of visualtaste: delete it to start over") from None
        other = sorted(k for k in identity.keys() | self.identity.keys() if identity.get(k) != self.identity.get(k))
        if other:
            raise TrainingError(
                f"{self.path} is of a training with other {' and '.join(other)}: "
                "restore them to go on, or delete the file to start over"
            )
        return dict(state)

    def load(self, modules: Modules, optimizer: Optimizer | None) -> dict[str, Any] | None:
        """Put the saved tensors into modules and optimizer and return the state, or None when nothing was saved.

        Strict: raises TrainingError unless the file holds exactly the modules' tensors. Without `optimizer` the
        optimizer's part is left unread, for a training that begins a new phase with a new optimizer.
        """
        state = self.read()
        if state is None:
            return None
        saved = load_file(self.path)
        self._load_modules(modules, {name: t for name, t in saved.items() if name.startswith("module/")})
        if optimizer is not None:
            self._load_optimizer(modules, optimizer, {n: t for n, t in saved.items() if n.startswith("optimizer/")})
        return state

    def remove(self) -> None:
        """Delete the file, if there is one."""
        self.path.unlink(missing_ok=True)

    def _load_modules(self, modules: Modules, saved: Mapping[str, Tensor]) -> None:
        tensors = _module_tensors(modules)
        self._refuse_difference(set(saved), set(tensors))
        with torch.no_grad():
            for name, tensor in tensors.items():
                if tensor.shape != saved[name].shape:
                    raise TrainingError(f"{self.path}: {name} is {list(saved[name].shape)}, not {list(tensor.shape)}")
                tensor.copy_(saved[name])

    def _load_optimizer(self, modules: Modules, optimizer: Optimizer, saved: Mapping[str, Tensor]) -> None:
        parameters = {name: parameter for parameter, name in _parameter_names(modules).items()}
        # torch numbers the parameters in the order of their groups
        trained = [parameter for group in optimizer.param_groups for parameter in group["params"]]
        numbers = {parameter: number for number, parameter in enumerate(trained)}
        state: dict[int, dict[str, Tensor]] = {}
        for name, tensor in saved.items():
            _, key, parameter_name = name.split("/", 2)
            parameter = parameters.get(parameter_name)
            if parameter is None or parameter not in numbers:
                raise TrainingError(f"{self.path}: {name} is of a parameter that the optimizer does not train")
            if tensor.shape == parameter.shape:
                # fused optimizers walk parameter and state side by side in memory: both must be laid out alike
                tensor = torch.empty_like(parameter).copy_(tensor)
            state.setdefault(numbers[parameter], {})[key] = tensor
        optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})

    def _refuse_difference(self, saved: set[str], wanted: set[str]) -> None:
        for names, fault in ((wanted - saved, "lacks"), (saved - wanted, "holds the unknown")):
            if names:
                raise TrainingError(f"{self.path} {fault} {min(names)}: delete it to start over")


def save_tensors(tensors: Mapping[str, Tensor], path: Path, header: dict[str, str] | None = None) -> None:
    """Write a safetensors file; raises TrainingError when it cannot be written, as on a full disk."""
    try:
        save_file(dict(tensors), path, metadata=header)
    except SafetensorError as error:
        raise TrainingError(f"{path} cannot be written: {error}; with room, the same command goes on") from None


def _module_tensors(modules: Modules) -> dict[str, Tensor]:
    return {
        f"module/{name}/{tensor_name}": tensor
        for name, module in modules.items()
        for tensor_name, tensor in module.state_dict().items()
    }


def _parameter_names(modules: Modules) -> dict[Tensor, str]:
    return {
        parameter: f"{name}/{parameter_name}"
        for name, module in modules.items()
        for parameter_name, parameter in module.named_parameters()
    }


def _optimizer_tensors(modules: Modules, optimizer: Optimizer) -> dict[str, Tensor]:
    names = _parameter_names(modules)
    tensors: dict[str, Tensor] = {}
    for parameter, state in optimizer.state.items():
        for key, value in state.items():
            if not isinstance(value, Tensor):
                raise TrainingError(f"optimizer state {key!r} of {names[parameter]} is not a tensor: {value!r}")
            tensors[f"optimizer/{key}/{names[parameter]}"] = value
    return tensors
