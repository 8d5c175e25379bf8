"""The bytes of a profile: a format of its own, in which equal profiles are equal bytes (docs/reference/profile.md).

    8 bytes   b"VTPROFIL"
    4 bytes   version
    4 bytes   length of the header
              header: JSON, keys sorted, no spaces
              digests    (n, 16)       of each photo's features
              weights    n times int32 bucket, uint32 mantissa; these and the sums
              sums       (b, K + 1)    int64,               only where the network weighs photos alone
              features   (n, K)        float16, where they are kept
    32 bytes  SHA-256 of all before

Numbers are little-endian, photos in the order of their ids. Nothing in it can run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from itertools import repeat
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from visualtaste.errors import ProfileError
from visualtaste.inference.profile.photo import DIGEST_BYTES, KeptPhoto, Weight
from visualtaste.inference.profile.scores import FRACTION_BITS
from visualtaste.inference.profile.sums import RunningSums

MAGIC = b"VTPROFIL"
VERSION = 1

_PREFIX = len(MAGIC) + 8
_SEAL = 32
_WEIGHT = np.dtype([("bucket", "<i4"), ("mantissa", "<u4")])

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Header(BaseModel):
    """What a profile says about itself: the networks that it belongs to, and the sizes of what follows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    encoder: Digest  # of encoder.onnx: features of another mean nothing
    interests: Digest  # of interests.onnx: weights and sums of another mean nothing
    feature_size: int = Field(ge=1, le=2**20)
    keeps_features: bool
    weighed: bool
    ids: tuple[str, ...]  # sorted
    buckets: tuple[int, ...] = ()  # of the sums, ascending


def write(header: Header, photos: Mapping[str, KeptPhoto], sums: RunningSums | None) -> bytes:
    """The bytes of a profile; `header.ids` and `header.buckets` say what is written and in which order."""
    kept = [photos[id] for id in header.ids]
    parts = [_json(header), *(photo.digest for photo in kept)]
    if sums is not None:
        parts.append(np.array([photo.weight for photo in kept], dtype=_WEIGHT).tobytes())
        parts.extend(sums.buckets[bucket].astype("<i8").tobytes() for bucket in header.buckets)
    parts.extend(photo.features.tobytes() for photo in kept if photo.features is not None)
    content = MAGIC + VERSION.to_bytes(4, "little") + len(parts[0]).to_bytes(4, "little") + b"".join(parts)
    return content + hashlib.sha256(content).digest()


def read(content: bytes) -> tuple[Header, dict[str, KeptPhoto], RunningSums | None]:
    """Header, photos by id and, where features were dropped, the sums; raises ProfileError, saying what is wrong."""
    content = bytes(content)
    if not content.startswith(MAGIC) or len(content) < _PREFIX + _SEAL:
        raise ProfileError(f"these {len(content)} bytes are no profile, or the beginning of one: it is damaged")
    version = int.from_bytes(content[len(MAGIC) : len(MAGIC) + 4], "little")
    if version > VERSION:
        raise ProfileError(
            f"the profile has version {version}, this program reads {VERSION}: pip install -U visualtaste"
        )
    if hashlib.sha256(content[:-_SEAL]).digest() != content[-_SEAL:]:
        raise ProfileError("the profile is not what was written (its digest differs): it is truncated or altered")
    end = _PREFIX + int.from_bytes(content[_PREFIX - 4 : _PREFIX], "little")
    try:
        header = Header.model_validate_json(content[_PREFIX:end], strict=True)
        return header, *_parts(header, content[end:-_SEAL])
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        where = where if where.isprintable() else repr(where)
        raise ProfileError(f"the profile's header is foreign: {where}: {first['msg']}") from None


def _parts(header: Header, body: bytes) -> tuple[dict[str, KeptPhoto], RunningSums | None]:
    n, size, buckets = len(header.ids), header.feature_size, len(header.buckets)
    _demand(list(header.ids) == sorted(set(header.ids)), "ids that are not sorted")
    _demand(header.keeps_features or header.weighed, "neither features nor sums")
    cut = _Cutter(body)
    digests = cut.take(np.dtype(np.void(DIGEST_BYTES)), n)
    weights = cut.take(_WEIGHT, n if header.weighed else 0)
    sums = cut.take(np.dtype("<i8"), buckets, size + 1)
    features = cut.take(np.dtype("<f2"), n if header.keeps_features else 0, size)
    cut.finish()
    _demand(bool(np.isfinite(features).all()), "features that are not finite")
    _demand(bool((weights["mantissa"] >= 2**FRACTION_BITS).all()), "weights out of their range")
    columns = zip(
        header.ids,
        map(bytes, digests),
        map(Weight._make, weights.tolist()) if header.weighed else repeat(None, n),
        features.astype(np.float16) if header.keeps_features else repeat(None, n),
        strict=True,
    )
    photos = {id: KeptPhoto(digest, weight, own) for id, digest, weight, own in columns}
    return photos, _sums(header, weights, sums) if header.weighed else None


def _sums(header: Header, weights: NDArray[Any], rows: NDArray[np.int64]) -> RunningSums:
    """The sums, checked against the photos' weights: each bucket's last entry is what its photos weigh."""
    _demand(list(header.buckets) == sorted(set(weights["bucket"].tolist())), "sums of buckets without photos")
    sums = RunningSums(header.feature_size)
    for bucket, row in zip(header.buckets, rows, strict=True):
        weighed = weights["mantissa"][weights["bucket"] == bucket].sum(dtype=np.int64)
        _demand(int(row[-1]) == int(weighed), "sums that are not those of its photos")
        sums.buckets[bucket] = row.astype(np.int64)
    return sums


class _Cutter:
    """Takes arrays off the front of some bytes."""

    def __init__(self, body: bytes) -> None:
        self._body, self._at = body, 0

    def take(self, kind: np.dtype[Any], *shape: int) -> NDArray[Any]:
        size = kind.itemsize * int(np.prod(shape, dtype=object))  # Python's integers cannot wrap
        _demand(self._at + size <= len(self._body), "fewer numbers than it should have")
        array = np.frombuffer(self._body[self._at : self._at + size], kind).reshape(shape)
        self._at += size
        return array

    def finish(self) -> None:
        _demand(self._at == len(self._body), "more numbers than it should have")


def _json(header: Header) -> bytes:
    return json.dumps(header.model_dump(mode="json"), sort_keys=True, separators=(",", ":")).encode()


def _demand(holds: bool, fault: str) -> None:
    if not holds:
        raise ProfileError(f"the profile has {fault}: it was not written by visualtaste")
