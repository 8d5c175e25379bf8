"""The trained model as everything after training uses it: photos in, interests out, through ONNX Runtime."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from visualtaste.artifact.folder import read_manifest
from visualtaste.artifact.manifest import ENCODER, INTERESTS, INTERESTS_WEIGHTS, ITEM_CLASSIFIER, TasteManifest
from visualtaste.artifact.weights import Weights
from visualtaste.errors import ArtifactError, DataError, EmptySetError
from visualtaste.features.encoder import OnnxEncoder
from visualtaste.features.mapped import take
from visualtaste.features.session import Port, check_ports, open_session
from visualtaste.inference.chunks import user_chunks
from visualtaste.inference.description import describe
from visualtaste.inference.interests import Interests, SeenPhoto, rank
from visualtaste.inference.item_classifier import OnnxItemClassifier
from visualtaste.inference.photos import Photo, encode_photos
from visualtaste.inference.prediction import Prediction
from visualtaste.inference.profile.scores import LinearScore, linear_score
from visualtaste.types import Float32, Int64, Ragged

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

    from visualtaste.inference.profile.profile import Profile

# Photos computed at a time. Four times as many are hardly faster and take four times the memory (80 MB at K = 1024).
_PHOTOS_AT_ONCE = 2048


@dataclass(frozen=True, eq=False)
class TasteModel:
    """A model folder, checked. Networks open when they are first used, so predicting needs no encoder in memory."""

    folder: Path
    manifest: TasteManifest

    @classmethod
    def load(cls, folder: Path | str) -> TasteModel:
        """Open a model folder; raises ArtifactError when anything in it is missing, altered, newer or foreign."""
        folder = Path(folder)
        return cls(folder, read_manifest(folder, TasteManifest))

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories in the order of every probability column (D,)."""
        return self.manifest.categories

    @cached_property
    def encoder(self) -> OnnxEncoder:
        """The encoder with its preprocessing, for extracting features of many photos."""
        encoder = OnnxEncoder(self.folder / ENCODER, self.manifest.preprocessing)
        if encoder.feature_size != self.manifest.feature_size:
            raise ArtifactError(
                f"{encoder.path} makes {encoder.feature_size} features of a photo, the manifest says "
                f"{self.manifest.feature_size}: the file belongs to another model"
            )
        return encoder

    def describe(self) -> str:
        """A few lines for people: what the model was trained on, how, and what was measured."""
        return describe(self.folder, self.manifest)

    def interests(self, photos: Iterable[Photo], *, skip_unreadable: bool = False) -> Interests:
        """What the person whose photos these are likes, all categories ranked.

        `photos` are paths or encoded bytes; their order does not matter. Raises EmptySetError when there is none,
        and ImageError naming the photo when one cannot be read. With `skip_unreadable` such photos are listed in
        the result instead, and EmptySetError is raised when none is left.
        """
        encoded = encode_photos(self.encoder, photos, skip_unreadable)
        if not encoded.read:
            first = next((f"none can be read: {photo.message}" for photo in encoded.skipped), "none was given")
            raise EmptySetError(f"interests need at least one photo, {first}")
        everyone = np.array([0, len(encoded.read)], dtype=np.int64)
        # as a feature store and a profile hold them, so that all three give the same answer
        features = encoded.features.astype(np.float16)
        prediction = self.predict(Ragged(features, everyone))
        return Interests(
            ranked=rank(self.categories, prediction.probabilities[0]),
            photos=tuple(map(SeenPhoto, encoded.read, prediction.attention.tolist())),
            skipped=encoded.skipped,
        )

    def profile(self, *, keep_features: bool = True) -> Profile:
        """An empty profile, which photos are added to and removed from; see Profile for what `keep_features` costs."""
        from visualtaste.inference.profile.profile import Profile

        return Profile(self, keep_features=keep_features)

    @cached_property
    def photo_score(self) -> LinearScore | None:
        """How much a photo counts beside others, where that depends on the photo alone; None where it does not."""
        return linear_score(self.manifest, self.weights)

    @cached_property
    def weights(self) -> Weights | None:
        """The interests network's weights; None in a folder that has none."""
        if INTERESTS_WEIGHTS not in self.manifest.files:
            return None
        return Weights(self.folder / INTERESTS_WEIGHTS)

    def encode(self, photos: Iterable[Photo]) -> Float32:
        """Features (n, K) of photos; raises ImageError naming the first photo that cannot be read."""
        return encode_photos(self.encoder, photos, skip_unreadable=False).features

    def predict(self, sets: Ragged, features: NDArray[Any] | None = None) -> Prediction:
        """Each user's probabilities (U, D) and each photo's attention (T,).

        `sets` holds the features of each user's photos, values (T, K); or, with a matrix `features` (N, K) such as
        a feature store's, rows of it, values (T,). Users are computed some 2000 photos at a time, so beside
        the result memory does not grow with their number.

        Raises EmptySetError naming the row of a user without photos, and DataError when features are not K finite
        numbers or a row does not exist.
        """
        self._check_sets(sets, features)
        probabilities = np.empty((len(sets), len(self.categories)), dtype=np.float32)
        attention = np.empty(len(sets.values), dtype=np.float32)
        for users in user_chunks(sets.offsets, _PHOTOS_AT_ONCE):
            offsets = sets.offsets[users.start : users.stop + 1]
            photos = slice(offsets[0], offsets[-1])
            values = sets.values[photos]
            chunk = np.ascontiguousarray(values if features is None else take(features, values), dtype=np.float32)
            self._check_finite(chunk, offsets, users.start)
            feed = {"features": chunk, "offsets": offsets - offsets[0]}
            probabilities[users], attention[photos] = self._interests.run(["probabilities", "attention"], feed)
        return Prediction(probabilities, attention)

    def item_probabilities(self, features: Float32) -> Float32:
        """What each photo shows, by the classifier of stage 1: features (n, K) -> calibrated probabilities (n, D)."""
        return self._item_classifier.probabilities(features)

    @cached_property
    def _interests(self) -> InferenceSession:
        path = self.folder / INTERESTS
        session = open_session(path)
        inputs = {"features": Port("float", (None, self.manifest.feature_size)), "offsets": Port("int64", (None,))}
        outputs = {
            "probabilities": Port("float", (None, len(self.categories))),
            "attention": Port("float", (None,)),
        }
        check_ports(session, path, inputs, outputs)
        return session

    @cached_property
    def _item_classifier(self) -> OnnxItemClassifier:
        path = self.folder / ITEM_CLASSIFIER
        return OnnxItemClassifier(path, self.manifest.feature_size, len(self.categories))

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
        if features.ndim != 2 or features.shape[1] != self.manifest.feature_size:
            raise DataError(f"features must be (photos, {self.manifest.feature_size}), not {features.shape}")

    def _check_finite(self, features: Float32, offsets: Int64, first_user: int) -> None:
        # One NaN would come out as a NaN in every category and sort to an arbitrary place.
        if not np.isfinite(features).all():
            photo = np.flatnonzero(~np.isfinite(features).all(axis=1))[0]
            user = first_user + np.searchsorted(offsets - offsets[0], photo, side="right") - 1
            raise DataError(f"a photo of the user in row {user} has features that are not finite numbers")
