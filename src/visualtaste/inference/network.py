"""The interests network: sets of photos in, probabilities or logits out, many users at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visualtaste.errors import DataError, EmptySetError
from visualtaste.features.mapped import take
from visualtaste.features.session import Port, check_ports, open_session
from visualtaste.inference.chunks import user_chunks
from visualtaste.inference.prediction import Prediction
from visualtaste.types import Float32, Float64, Int64, Ragged

# Photos computed at a time. Four times as many are hardly faster and take four times the memory (80 MB at K = 1024).
_PHOTOS_AT_ONCE = 2048


class InterestsNetwork:
    """`interests.onnx`. Sets are as in `TasteModel.predict`: features (T, K), or rows (T,) of a matrix of features."""

    def __init__(self, path: Path, feature_size: int, categories: int) -> None:
        """Open the network; raises ArtifactError when the file is not one from K to D."""
        self._session = open_session(path)
        self._feature_size, self._categories = feature_size, categories
        inputs = {"features": Port("float", (None, feature_size)), "offsets": Port("int64", (None,))}
        outputs = {"probabilities": Port("float", (None, categories)), "attention": Port("float", (None,))}
        check_ports(self._session, path, inputs, outputs)
        self._gives_logits = any(output.name == "logits" for output in self._session.get_outputs())

    def predict(self, sets: Ragged, features: NDArray[Any] | None = None) -> Prediction:
        """Probabilities (U, D) and attention (T,); see `TasteModel.predict`."""
        probabilities = np.empty((len(sets), self._categories), dtype=np.float32)
        attention = np.empty(len(sets.values), dtype=np.float32)
        for users, photos, feed in self._chunks(sets, features):
            probabilities[users], attention[photos] = self._session.run(["probabilities", "attention"], feed)
        return Prediction(probabilities, attention)

    def logits(self, sets: Ragged, features: NDArray[Any] | None = None) -> Float32:
        """Logits (U, D) of the same probabilities; see `TasteModel.logits`."""
        logits = np.empty((len(sets), self._categories), dtype=np.float32)
        for users, _, feed in self._chunks(sets, features):
            (found,) = self._session.run(["logits" if self._gives_logits else "probabilities"], feed)
            logits[users] = found if self._gives_logits else _logits_of(found)
        return logits

    def _chunks(self, sets: Ragged, features: NDArray[Any] | None) -> Iterator[tuple[slice, slice, dict[str, Any]]]:
        """Users, their photos, and what the network is fed for them, some 2000 photos at a time."""
        self._check_sets(sets, features)
        for users in user_chunks(sets.offsets, _PHOTOS_AT_ONCE):
            offsets = sets.offsets[users.start : users.stop + 1]
            photos = slice(offsets[0], offsets[-1])
            values = sets.values[photos]
            chunk = np.ascontiguousarray(values if features is None else take(features, values), dtype=np.float32)
            self._check_finite(chunk, offsets, users.start)
            yield users, photos, {"features": chunk, "offsets": offsets - offsets[0]}

    def _check_sets(self, sets: Ragged, features: NDArray[Any] | None) -> None:
        empty = np.flatnonzero(sets.lengths == 0)
        if len(empty):
            raise EmptySetError(f"the user in row {empty[0]} has no photos: leave users without photos out")
        if features is None:
            self._check_width(sets.values)
            return
        self._check_width(features)
        if sets.values.ndim != 1 or sets.values.dtype.kind not in "iu":
            raise DataError(f"sets must hold rows of `features`, not {sets.values.dtype} {sets.values.shape}")
        stray = sets.values[(sets.values < 0) | (sets.values >= len(features))]
        if len(stray):
            raise DataError(f"row {stray[0]} does not exist: there are features of {len(features)} photos")

    def _check_width(self, features: NDArray[Any]) -> None:
        if features.ndim != 2 or features.shape[1] != self._feature_size:
            raise DataError(f"features must be (photos, {self._feature_size}), not {features.shape}")

    def _check_finite(self, features: Float32, offsets: Int64, first_user: int) -> None:
        # One NaN would come out as a NaN in every category and sort to an arbitrary place.
        if not np.isfinite(features).all():
            photo = np.flatnonzero(~np.isfinite(features).all(axis=1))[0]
            user = first_user + np.searchsorted(offsets - offsets[0], photo, side="right") - 1
            raise DataError(f"a photo of the user in row {user} has features that are not finite numbers")


def _logits_of(probabilities: Float32) -> Float64:
    """Logits of float32 probabilities; those that were rounded to 0 or 1 as of the nearest that were not."""
    rounded = np.finfo(np.float32)
    inside = np.clip(probabilities, rounded.tiny, 1 - rounded.epsneg).astype(np.float64)
    logits: Float64 = np.log(inside) - np.log1p(-inside)
    return logits
