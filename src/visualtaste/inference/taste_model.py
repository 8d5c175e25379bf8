"""The trained model as everything after training uses it: photos in, interests out, through ONNX Runtime."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from visualtaste.artifact.folder import read_manifest
from visualtaste.artifact.manifest import INTERESTS, INTERESTS_WEIGHTS, ITEM_CLASSIFIER, TasteManifest
from visualtaste.artifact.precision import Precision, encoder_file
from visualtaste.artifact.weights import Weights
from visualtaste.errors import ArtifactError, DataError, EmptySetError
from visualtaste.features.encoder import OnnxEncoder
from visualtaste.inference.description import describe
from visualtaste.inference.explain.attribution import Attribution
from visualtaste.inference.explain.head import PATH_POOLINGS, Head
from visualtaste.inference.interests import Interests, SeenPhoto
from visualtaste.inference.item_classifier import OnnxItemClassifier
from visualtaste.inference.network import InterestsNetwork
from visualtaste.inference.photos import Photo, encode_photos
from visualtaste.inference.prediction import Prediction
from visualtaste.inference.profile.scores import LinearScore, linear_score
from visualtaste.types import Float32, Ragged

if TYPE_CHECKING:
    from visualtaste.data.dataset import Dataset  # read with polars, which predicting does not need
    from visualtaste.inference.profile.profile import Profile


@dataclass(frozen=True, eq=False)
class TasteModel:
    """A model folder, checked. Networks open when they are first used, so predicting needs no encoder in memory."""

    folder: Path
    manifest: TasteManifest
    precision: Precision = "float32"
    """Of the numbers in which photos are encoded: "int8" is faster on a CPU, and needs `visualtaste export`."""

    @classmethod
    def load(cls, folder: Path | str, precision: Precision = "float32") -> TasteModel:
        """Open a model folder.

        Raises ArtifactError when anything in it is missing, altered, newer or foreign, or when it has no encoder of
        that precision.
        """
        folder = Path(folder)
        manifest = read_manifest(folder, TasteManifest)
        encoder_file(folder, manifest, precision)
        return cls(folder, manifest, precision)

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories in the order of every probability column (D,)."""
        return self.manifest.categories

    @cached_property
    def encoder(self) -> OnnxEncoder:
        """The encoder with its preprocessing, for extracting features of many photos."""
        path = encoder_file(self.folder, self.manifest, self.precision)
        encoder = OnnxEncoder(path, self.manifest.preprocessing)
        if encoder.feature_size != self.manifest.feature_size:
            raise ArtifactError(
                f"{encoder.path} makes {encoder.feature_size} features of a photo, the manifest says "
                f"{self.manifest.feature_size}: the file belongs to another model"
            )
        return encoder

    def check_categories(self, dataset: Dataset) -> None:
        """Raise DataError when the data set has none of the model's categories."""
        if not set(self.categories) & set(dataset.categories):
            raise DataError(f"{dataset.folder} has none of the {len(self.categories)} categories of {self.folder}")

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
            categories=self.categories,
            probabilities=prediction.probabilities[0],
            photos=tuple(map(SeenPhoto, encoded.read, prediction.attention.tolist())),
            skipped=encoded.skipped,
            attribute=partial(self.attribute, features.astype(np.float32)),
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
        return self._interests.predict(sets, features)

    def logits(self, sets: Ragged, features: NDArray[Any] | None = None) -> Float32:
        """The logits (U, D) of the probabilities that `predict` gives; raises as it does.

        A network that was exported before it had them gives those of its rounded probabilities, which end at 16.6.
        """
        return self._interests.logits(sets, features)

    def attribute(self, features: Float32) -> Attribution:
        """How much each of one user's photos, features (n, K), contributed to every category's logit.

        Raises EmptySetError and DataError as `predict` does.
        """
        from visualtaste.inference.explain.explain import attribute

        return attribute(self, features)

    def item_probabilities(self, features: Float32) -> Float32:
        """What each photo shows, by the classifier of stage 1: features (n, K) -> calibrated probabilities (n, D)."""
        return self._item_classifier.probabilities(features)

    @cached_property
    def head(self) -> Head | None:
        """The weights behind the pooling; None where no explanation is read from them, or the folder has none."""
        if self.weights is None or self.manifest.pooling not in PATH_POOLINGS:
            return None
        return Head.of(self.manifest, self.weights)

    @cached_property
    def _interests(self) -> InterestsNetwork:
        return InterestsNetwork(self.folder / INTERESTS, self.manifest.feature_size, len(self.categories))

    @cached_property
    def _item_classifier(self) -> OnnxItemClassifier:
        path = self.folder / ITEM_CLASSIFIER
        return OnnxItemClassifier(path, self.manifest.feature_size, len(self.categories))
