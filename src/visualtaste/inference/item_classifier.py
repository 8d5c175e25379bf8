"""What one photo shows, by the classifier of stage 1, from the ONNX file that training wrote."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from visualtaste.errors import DataError
from visualtaste.features.session import Port, check_ports, open_session
from visualtaste.types import Float32

_PHOTOS_AT_ONCE = 2048


class OnnxItemClassifier:
    """Features of photos (n, K) to calibrated probabilities of the categories (n, D)."""

    def __init__(self, path: Path, feature_size: int, categories: int) -> None:
        """Open the network; raises ArtifactError when the file is not one from K to D."""
        self._session = open_session(path)
        self._shape = (feature_size, categories)
        features, probabilities = Port("float", (None, feature_size)), Port("float", (None, categories))
        check_ports(self._session, path, {"features": features}, {"probabilities": probabilities})

    def probabilities(self, features: Float32) -> Float32:
        """Probabilities (n, D) of features (n, K); raises DataError when they are of another width."""
        feature_size, categories = self._shape
        if features.ndim != 2 or features.shape[1] != feature_size:
            raise DataError(f"features must be (photos, {feature_size}), not {features.shape}")
        result = np.empty((len(features), categories), dtype=np.float32)
        for start in range(0, len(features), _PHOTOS_AT_ONCE):
            rows = slice(start, start + _PHOTOS_AT_ONCE)
            chunk = np.ascontiguousarray(features[rows], dtype=np.float32)
            result[rows] = self._session.run(["probabilities"], {"features": chunk})[0]
        return result
