"""Where and in which precision a training computes."""

from __future__ import annotations

import torch

from visualtaste.config import Device, Precision
from visualtaste.errors import ConfigError


def choose_device(device: Device) -> torch.device:
    """The device that a setting means; raises ConfigError when this machine does not have it."""
    available = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if device == "auto":
        return torch.device("cuda" if available["cuda"] else "mps" if available["mps"] else "cpu")
    if not available[device]:
        raise ConfigError(f"device = {device!r}: this machine has no such device; it has {_names(available)}")
    return torch.device(device)


def choose_dtype(precision: Precision, device: torch.device) -> torch.dtype:
    """The type of matrix products and convolutions; `auto` takes bfloat16 where it is computed natively."""
    if precision != "auto":
        return {"float32": torch.float32, "bfloat16": torch.bfloat16}[precision]
    if device.type == "cuda":
        native = torch.cuda.is_bf16_supported(including_emulation=False)
    elif device.type == "cpu":
        capabilities = torch.cpu.get_capabilities()
        native = bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16") or capabilities.get("bf16"))
    else:
        native = False
    return torch.bfloat16 if native else torch.float32


def _names(available: dict[str, bool]) -> str:
    return ", ".join(name for name, there in available.items() if there)
