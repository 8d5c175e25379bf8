"""What a profile keeps of one photo."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from visualtaste.errors import ProfileError
from visualtaste.types import Float32

Float16 = NDArray[np.float16]

DIGEST_BYTES = 16

_ALIKE = 0.2


class Weight(NamedTuple):
    """How much a photo counts: mantissa * 2**(8 * bucket - 24), with the mantissa in [2**24, 2**32).

    Only ratios of weights matter. Both parts are whole numbers, so that what is subtracted is what was added.
    """

    bucket: int
    mantissa: int


EQUAL = Weight(0, 2**24)
"""The weight of every photo where all count the same."""


@dataclass(frozen=True, eq=False)
class KeptPhoto:
    """One photo of a profile; two records of the same features have the same digest."""

    digest: bytes  # of the features, DIGEST_BYTES
    weight: Weight | None  # None where the network needs all photos at once
    features: Float16 | None  # (K,); None in a profile that drops them

    def same_photo(self, other: KeptPhoto) -> bool:
        """Whether the two are of the same photo: their features differ by at most a fifth of their length.

        That is more than another processor or an int8 encoder changes, and less than another product does. Where
        one of the two has dropped its features, only bit-equal ones are known to be the same.
        """
        if self.digest == other.digest:
            return True
        if self.features is None or other.features is None:
            return False
        ours, theirs = self.features.astype(np.float64), other.features.astype(np.float64)
        distance = float(np.linalg.norm(ours - theirs))
        return distance <= _ALIKE * max(float(np.linalg.norm(ours)), float(np.linalg.norm(theirs)))

    def __lt__(self, other: KeptPhoto) -> bool:
        """An order that every device agrees on, to choose between two records of one photo."""
        return (self.digest, self.weight or EQUAL) < (other.digest, other.weight or EQUAL)


def to_float16(features: NDArray[Any], size: int) -> Float16:
    """Features of one photo (K,) as a feature store holds them; raises ProfileError unless they are K finite numbers.

    Float16 ends at 65504, far beyond what pooled activations reach.
    """
    if features.shape != (size,):
        raise ProfileError(f"a photo's features must be ({size},), not {features.shape}")
    with np.errstate(over="ignore"):
        rounded: Float16 = features.astype("<f2")
    if not np.isfinite(rounded).all():
        raise ProfileError("a photo's features must be finite and fit float16")
    # -0 and 0 are the same feature, and must make the same digest
    return rounded + np.float16(0)


def to_float32(features: Float16) -> Float32:
    """The same numbers, which must be finite, six times faster than NumPy's conversion: exponents move, nothing rounds.

    Float16 has its exponent and fraction 13 bits further right and its exponent 112 lower.
    """
    bits = features.view(np.int16).astype(np.int32) << 13
    bits &= ~np.int32(0x70000000)  # of the sign, spread over the bits that were added, only the first
    numbers: Float32 = bits.view(np.float32) * np.float32(2.0**112)
    return numbers


def digest(features: Float16) -> bytes:
    """A short digest of a photo's features (K,)."""
    return hashlib.blake2b(features.astype("<f2").tobytes(), digest_size=DIGEST_BYTES).digest()
