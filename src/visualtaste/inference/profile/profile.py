"""A user as a state that photos are added to and removed from, and that merges across devices."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from visualtaste.errors import EmptySetError, ProfileError
from visualtaste.inference.explain.attribution import Attribution
from visualtaste.inference.interests import Interests, SeenPhoto
from visualtaste.inference.photos import Photo
from visualtaste.inference.profile.intake import checked_id, stack, take
from visualtaste.inference.profile.merging import Photos, change_sums, merge_photos, merge_sums
from visualtaste.inference.profile.photo import EQUAL, Float16, KeptPhoto, digest
from visualtaste.inference.profile.sums import RunningSums
from visualtaste.inference.profile.written import Header, read, write
from visualtaste.types import Float32, Ragged

if TYPE_CHECKING:
    from visualtaste.inference.taste_model import TasteModel


class Profile:
    """A set of photos, one user's, as far as a model needs to know them.

    The result is that of the batch, whatever was added and removed in whatever order, and a photo that was removed
    has left no trace: `to_bytes` are those of a profile that never had it. Where a photo's weight does not depend on
    the others (average, one attention block), an update costs the same however many photos there are, and features
    may be dropped; every other pooling needs all features at every answer and keeps them.
    """

    def __init__(self, model: TasteModel, *, keep_features: bool = True) -> None:
        """An empty profile. With `keep_features`, any photo can be removed by its id alone, for 2 K bytes a photo.

        Without, the state is a few sums and some 60 bytes a photo; removing one takes the photo or its features
        again. Raises ProfileError where the model's pooling needs the features of all photos.
        """
        self.model = model
        self.keeps_features = keep_features
        self._photos: Photos = {}
        self._sums = None if model.photo_score is None else RunningSums(model.manifest.feature_size)
        if self._sums is None and not keep_features:
            raise ProfileError(
                f"{model.folder} pools by {model.manifest.pooling}, which weighs every photo by all others: "
                "its profiles must keep features"
            )

    def __len__(self) -> int:
        return len(self._photos)

    def __iter__(self) -> Iterator[str]:
        """The photos' ids, sorted."""
        return iter(sorted(self._photos))

    def __contains__(self, id: object) -> bool:
        return id in self._photos

    def add(self, photo: Photo | NDArray[Any], id: str | None = None) -> str:
        """Add a photo (a path, encoded bytes, or its features (K,)) and return its id.

        The id is by default a digest of the photo's bytes, so the same photo counts once, wherever it lies. A photo
        that is there already changes nothing. Raises ImageError when the photo cannot be read, and ProfileError when
        the id is that of another photo.
        """
        features, own_id = take(self.model, photo)
        id = checked_id(own_id if id is None else id)
        score = self.model.photo_score
        weight = None if score is None else score.weigh(features)
        new = KeptPhoto(digest(features), weight, features)
        if (known := self._photos.get(id)) is not None:
            # the id of these very bytes: in another precision they have other features, and are the same photo
            if id != own_id and not known.same_photo(new):
                raise ProfileError(f"{id!r} is another photo in this profile: remove it first, or choose another id")
            return id
        if self._sums is not None and weight is not None:
            self._sums.add(features, weight)
        self._photos[id] = new if self.keeps_features else KeptPhoto(new.digest, weight, None)
        return id

    def remove(self, id: str, photo: Photo | NDArray[Any] | None = None) -> None:
        """Take a photo out again. Without kept features, `photo` must be the photo, or its features, once more.

        Raises ProfileError when there is no such photo, or when `photo` is needed and absent or not the same.
        """
        if id not in self._photos:
            raise ProfileError(f"the profile of {len(self)} photos has none with the id {id!r}")
        known = self._photos[id]
        if self._sums is not None and known.weight is not None:
            self._sums.remove(self._features_of(id, known, photo), known.weight)
        del self._photos[id]

    def merge(self, other: Profile) -> None:
        """Add another profile's photos; those that both have count once. `other` stays as it is.

        Merging is exact, associative, commutative and idempotent. Raises ProfileError, and changes nothing, when
        `other` is of another model, an id stands for two photos, `other` has dropped features that this one keeps, or
        both have dropped features and share some photos but not all.
        """
        if _networks(other.model) != _networks(self.model):
            raise ProfileError(f"one profile is of {self.model.folder}, the other of {other.model.folder}")
        if self.keeps_features and not other.keeps_features:
            raise ProfileError("this profile keeps features, the other has dropped them: merge into the other instead")
        photos = merge_photos(self._photos, other._photos)
        sums = None if self._sums is None else self._sums.copy()
        if sums is not None and other._sums is not None:
            if other.keeps_features:
                change_sums(sums, self._photos, photos)
            else:
                sums = merge_sums(sums, other._sums, self._photos, other._photos)
        if not self.keeps_features:
            photos = {id: KeptPhoto(photo.digest, photo.weight, None) for id, photo in photos.items()}
        self._photos, self._sums = photos, sums

    def interests(self) -> Interests:
        """What the person whose photos these are likes, as `TasteModel.interests`; photos are named by their ids.

        Raises EmptySetError when the profile has no photos.
        """
        if not self._photos:
            raise EmptySetError("the profile has no photos yet: add one first")
        if self._sums is None:
            prediction = self.model.predict(Ragged(self.features(), np.array([0, len(self)])))
            shares = prediction.attention.tolist()
        else:
            # one photo pools to itself, so the network answers for the pooled vector as for a photo
            pooled = self._sums.pooled().astype(np.float32)[None]
            prediction = self.model.predict(Ragged(pooled, np.array([0, 1])))
            shares = self._sums.shares(self._photos[id].weight or EQUAL for id in self).tolist()
        return Interests(
            categories=self.model.categories,
            probabilities=prediction.probabilities[0],
            photos=tuple(map(SeenPhoto, self, shares)),
            attribute=partial(_attribute, self.model, self._rows()),
        )

    def features(self) -> Float32:
        """The photos' features (n, K) in the order of their ids; raises ProfileError when they were dropped."""
        return stack(self._rows(), self.model.manifest.feature_size)

    @property
    def nbytes(self) -> int:
        """Bytes of the state in memory: ids, digests, weights, kept features, sums; without Python's own overhead."""
        sums = 0 if self._sums is None else self._sums.nbytes
        photos = sum(
            len(id.encode())
            + len(photo.digest)
            + (0 if photo.weight is None else 8)
            + (0 if photo.features is None else photo.features.nbytes)
            for id, photo in self._photos.items()
        )
        return sums + photos

    def to_bytes(self) -> bytes:
        """The profile in its written form; equal profiles are equal bytes, whatever happened to them before."""
        encoder, interests = _networks(self.model)
        header = Header(
            encoder=encoder,
            interests=interests,
            feature_size=self.model.manifest.feature_size,
            keeps_features=self.keeps_features,
            weighed=self._sums is not None,
            ids=tuple(self),
            buckets=() if self._sums is None else tuple(sorted(self._sums.buckets)),
        )
        return write(header, self._photos, self._sums)

    @classmethod
    def from_bytes(cls, model: TasteModel, content: bytes) -> Profile:
        """The profile that `to_bytes` wrote.

        One that keeps features only needs the same encoder: interests trained anew on it take it over. Raises
        ProfileError when it is truncated, altered, foreign, newer, or of another model.
        """
        header, photos, sums = read(content)
        encoder, interests = _networks(model)
        if header.encoder != encoder or header.feature_size != model.manifest.feature_size:
            raise ProfileError(f"the profile's features are of another encoder than that of {model.folder}")
        if not header.keeps_features and header.interests != interests:
            raise ProfileError(
                f"the profile is of another model than {model.folder} and keeps no features: add the photos again"
            )
        profile = cls(model, keep_features=header.keeps_features)
        score = model.photo_score
        if header.interests != interests or header.weighed != (score is not None):
            return profile._refilled(photos)
        profile._photos, profile._sums = photos, sums
        return profile

    def _refilled(self, photos: Photos) -> Profile:
        """This profile, empty until now, with the photos of another whose features were kept."""
        score = self.model.photo_score
        for id, photo in photos.items():
            weight = None if score is None or photo.features is None else score.weigh(photo.features)
            self._photos[id] = KeptPhoto(photo.digest, weight, photo.features)
        if self._sums is not None:
            change_sums(self._sums, {}, self._photos)
        return self

    def _rows(self) -> list[Float16 | None]:
        """Each photo's features (K,), in the order of the ids."""
        return [self._photos[id].features for id in self]

    def _features_of(self, id: str, known: KeptPhoto, photo: Photo | NDArray[Any] | None) -> Float16:
        """The features that were added as `id`: the kept ones, or those of `photo` where they are the same."""
        if known.features is not None:
            return known.features
        if photo is None:
            raise ProfileError(f"this profile keeps no features: to remove {id!r}, give the photo or its features too")
        features, _ = take(self.model, photo)
        if digest(features) != known.digest:
            raise ProfileError(
                f"the photo given has other features than the one that was added as {id!r}: it is another photo, or "
                "was encoded in another precision, or on another processor"
            )
        return features


def _networks(model: TasteModel) -> tuple[str, str]:
    """Digests of the encoder and of the interests network."""
    return model.manifest.encoder_digest, model.manifest.interests_digest


def _attribute(model: TasteModel, rows: list[Float16 | None]) -> Attribution:
    """Why, for photos as they were when they were asked about."""
    return model.attribute(stack(rows, model.manifest.feature_size))
