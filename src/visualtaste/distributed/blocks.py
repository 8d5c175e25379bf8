"""What a worker does with a block of photos: the decoding and encoding of everywhere, on columns of a table.

A block goes in with the columns `row` and `photo` (path or URL, or null) and comes out with `row`, `features`,
`reason` and `message`. A photo that cannot be used is data, not an exception: it has a reason, and no features.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visualtaste.data.locations import Location, is_url
from visualtaste.features.encoder import OnnxEncoder
from visualtaste.features.photos import load_batches
from visualtaste.features.preprocessing import PreprocessingSpec
from visualtaste.types import Bool

Block = dict[str, NDArray[Any]]

# Threads of a task that has one core: some wait for the storage while one decodes.
_THREADS_ON_DISK, _THREADS_ON_URLS = 2, 16


def decode(block: Block, spec: PreprocessingSpec) -> Block:
    """Photos to pixels: `photo` becomes `pixels` (B, S, S, 3) uint8, `reason` and `message`."""
    photos: list[Location | None] = [None if photo is None else str(photo) for photo in block["photo"]]
    count = len(photos)
    remote = any(photo is not None and is_url(photo) for photo in photos)
    threads = _THREADS_ON_URLS if remote else _THREADS_ON_DISK
    (batch,) = load_batches(photos, np.arange(count), spec, count, threads=threads)
    pixels = np.zeros((count, spec.size, spec.size, 3), dtype=np.uint8)
    pixels[batch.rows] = batch.pixels
    reason, message = np.full(count, "", dtype=object), np.full(count, "", dtype=object)
    for row, error in batch.failures.items():
        reason[row], message[row] = error.reason, str(error)
    return {"row": block["row"], "pixels": pixels, "reason": reason, "message": message}


class Encode:
    """Pixels to features, by an encoder whose file travels as bytes: a worker shares no disk with who sent it."""

    def __init__(self, network: bytes, spec: PreprocessingSpec, gpu: bool = False) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "encoder.onnx"
            path.write_bytes(network)
            self._encoder = OnnxEncoder(path, spec, threads=1, gpu=gpu)

    def __call__(self, block: Block) -> Block:
        """`pixels` become `features` (B, K); those of unusable photos are zero."""
        readable: Bool = block["reason"] == ""
        features = np.zeros((len(readable), self._encoder.feature_size), dtype=np.float32)
        if readable.any():
            features[readable] = self._encoder.encode(block["pixels"][readable])
        return {"features": features, **{name: block[name] for name in ("row", "reason", "message")}}


class DecodeAndEncode:
    """Both, for workers that have no GPU: nothing is gained by moving pixels from one process to another."""

    def __init__(self, network: bytes, spec: PreprocessingSpec) -> None:
        self._spec = spec
        self._encode = Encode(network, spec)

    def __call__(self, block: Block) -> Block:
        """`photo` becomes `features` (B, K), `reason` and `message`."""
        return self._encode(decode(block, self._spec))
