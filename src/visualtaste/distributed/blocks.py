"""What a worker does with a block of photos: the decoding and encoding of everywhere, on columns of a table.

A block goes in with the columns `row` and `photo` (path or URL, or null) and comes out with `row`, `features`,
`reason` and `message`. A photo that cannot be used is data, not an exception: it has a reason, and no features.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from functools import lru_cache
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


@dataclass(frozen=True)
class Network:
    """An encoder as it travels: its file's bytes, as a worker shares no disk with who sent it."""

    key: str  # OnnxEncoder.key
    spec: PreprocessingSpec
    content: bytes = field(compare=False, repr=False)

    @classmethod
    def of(cls, encoder: OnnxEncoder) -> Network:
        """The encoder made ready to travel."""
        return cls(encoder.key, encoder.spec, encoder.path.read_bytes())

    def open(self, gpu: bool = False) -> OnnxEncoder:
        """The encoder on one core, or on a GPU."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "encoder.onnx"
            path.write_bytes(self.content)
            return OnnxEncoder(path, self.spec, threads=1, gpu=gpu)


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


def encode(block: Block, encoder: OnnxEncoder) -> Block:
    """Pixels to features: `pixels` become `features` (B, K); those of unusable photos are zero.

    They travel as float16, which is what a feature store keeps of them.
    """
    readable: Bool = block["reason"] == ""
    features = np.zeros((len(readable), encoder.feature_size), dtype=np.float16)
    if readable.any():
        features[readable] = encoder.encode(block["pixels"][readable])
    return {"features": features, **{name: block[name] for name in ("row", "reason", "message")}}


def decode_and_encode(block: Block, network: Network) -> Block:
    """Both, on a core: nothing would be gained by moving pixels from one process to another."""
    return encode(decode(block, network.spec), _opened(network))


class EncodeOnGpu:
    """Pixels to features on the one GPU of a worker, which is kept: it must not be opened for every block."""

    def __init__(self, network: Network) -> None:
        self._encoder = network.open(gpu=True)

    def __call__(self, block: Block) -> Block:
        """`pixels` become `features` (B, K)."""
        return encode(block, self._encoder)


@lru_cache(maxsize=1)  # a process works through many blocks of one encoder
def _opened(network: Network) -> OnnxEncoder:
    return network.open()
