"""The encoder as everything after training sees it: pixels in, features out, through ONNX Runtime."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np

from visualtaste.errors import ArtifactError
from visualtaste.features.preprocessing import PreprocessingSpec
from visualtaste.features.session import Port, check_ports, open_session
from visualtaste.files import digest_file, digest_text
from visualtaste.types import Float32, UInt8

# Photos that a processor computes at once: what lies between two layers then still fits its cache. With 64 the
# network is a quarter slower.
_CACHED = 4


class OnnxEncoder:
    """`encoder.onnx` with the preprocessing that belongs to it; `threads` and `gpu` are as in `open_session`."""

    def __init__(self, path: Path, spec: PreprocessingSpec, *, threads: int | None = None, gpu: bool = False) -> None:
        self.path = path
        self.spec = spec
        self._threads, self._gpu = threads, gpu
        self._session = open_session(path, threads, gpu)
        pixels = Port("uint8", (None, spec.size, spec.size, 3))
        check_ports(self._session, path, {"pixels": pixels}, {"features": Port("float", (None, None))})
        size = next(output.shape[1] for output in self._session.get_outputs() if output.name == "features")
        if not isinstance(size, int):
            raise ArtifactError(f"{path} does not say how many features it makes: it was not written by visualtaste")
        self.feature_size: int = size
        """Number of features of one photo, K."""

    @property
    def key(self) -> str:
        """Digest of the network and its preprocessing: features with the same key are interchangeable."""
        return digest_text(digest_file(self.path), self.spec.model_dump_json())

    @cached_property
    def on_one_core(self) -> OnnxEncoder:
        """The same encoder on the thread of whoever calls it, so that cores work side by side and wait for nobody."""
        return self if self._threads == 1 else OnnxEncoder(self.path, self.spec, threads=1)

    def encode(self, pixels: UInt8) -> Float32:
        """Features (B, K) of preprocessed photos (B, S, S, 3)."""
        features = np.empty((len(pixels), self.feature_size), dtype=np.float32)
        at_once = len(pixels) if self._gpu else _CACHED
        for start in range(0, len(pixels), max(at_once, 1)):
            part = slice(start, start + at_once)
            (features[part],) = self._session.run(["features"], {"pixels": pixels[part]})
        return features
