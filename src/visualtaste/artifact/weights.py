"""Weights of a trained network as NumPy arrays, from the safetensors file that training wrote.

The format is eight bytes with the length of a JSON header, the header, and the numbers; nothing in it can run. What is
read here are the float32 tensors that are asked for, mapped from the disk, so that one vector of a large network
costs one vector. A dependency on the safetensors package would buy the base install nothing more.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from visualtaste.errors import ArtifactError
from visualtaste.types import Float32

_MAX_HEADER_BYTES = 2**20


class Weights:
    """The float32 tensors of a safetensors file; each is read from the disk when it is asked for."""

    def __init__(self, path: Path) -> None:
        """Read the header; raises ArtifactError when the file is missing, cut off or not in this format."""
        self.path = path
        try:
            with path.open("rb") as stream:
                length = int.from_bytes(stream.read(8), "little")
                if length > _MAX_HEADER_BYTES:
                    raise ValueError(f"a header of {length} bytes")
                header: dict[str, Any] = json.loads(stream.read(length))
            self._start = 8 + length
            room = path.stat().st_size - self._start
            self._places = {name: _place(entry, room) for name, entry in header.items() if name != "__metadata__"}
        except OSError as error:
            raise ArtifactError(f"{path} cannot be read: {error.strerror}") from None
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise ArtifactError(f"{path} is no safetensors file of weights: {error!r}") from None

    def tensor(self, name: str, *shape: int) -> Float32:
        """The tensor called `name`; raises ArtifactError when the file has no such float32 tensor of this shape."""
        if name not in self._places:
            raise ArtifactError(f"{self.path} has no tensor {name!r}: it belongs to another network")
        kind, found, begin = self._places[name]
        if kind != "F32" or found != shape:
            raise ArtifactError(
                f"{self.path}: {name} is {kind} {found}, not F32 {shape}: it belongs to another network"
            )
        values = np.fromfile(self.path, np.dtype("<f4"), math.prod(shape), offset=self._start + begin)
        return values.astype(np.float32, copy=False).reshape(shape)


def _place(entry: Mapping[str, Any], room: int) -> tuple[str, tuple[int, ...], int]:
    """Type, shape and first byte of a tensor, checked against the bytes that there are."""
    kind, shape, (begin, end) = str(entry["dtype"]), tuple(map(int, entry["shape"])), entry["data_offsets"]
    if not (0 <= begin <= end <= room) or min(shape, default=0) < 0:
        raise ValueError(f"numbers from byte {begin} to {end} of {room}")
    if kind == "F32" and end - begin != 4 * math.prod(shape):
        raise ValueError(f"{end - begin} bytes for a tensor of {shape}")
    return kind, shape, int(begin)
