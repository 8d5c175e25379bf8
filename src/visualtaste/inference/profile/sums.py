"""Sums over photos in whole numbers: exact, so that order does not matter and what was added can be taken out.

A photo of weight w and features x adds rint(w x) to the sum of its bucket, and w to the sum of weights. Sums of
floating-point numbers would keep a trace of every photo that ever was among them; integers do not. Weights are
exponentials of any size, so each bucket holds those within a factor of 2**8 of each other, in units that fit them;
`pooled` brings the buckets together relative to the largest, which is what a running maximum does for a softmax.

With |x| below 2**16 and mantissas below 2**32 (2**-24 is their unit), a photo adds at most 2**48 of 2**63: a bucket
has room for 16,000 photos of the largest features that float16 can hold, and for more than 10**8 usual ones.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from visualtaste.errors import ProfileError
from visualtaste.inference.profile.photo import Float16, Weight
from visualtaste.inference.profile.scores import OCTAVES
from visualtaste.types import Float64, Int64

_FULL = 2**62


class RunningSums:
    """For each bucket that has photos: the sums of w x and, last, of w, int64 (K + 1,)."""

    def __init__(self, feature_size: int) -> None:
        self.feature_size = feature_size
        self.buckets: dict[int, Int64] = {}

    def add(self, features: Float16, weight: Weight) -> None:
        """Add a photo; raises ProfileError, and changes nothing, when a sum would leave its range."""
        self._change(weight.bucket, _terms(features, weight))

    def remove(self, features: Float16, weight: Weight) -> None:
        """Take a photo out again: the sums become those of the others, to the bit."""
        self._change(weight.bucket, -_terms(features, weight))

    def merge(self, other: RunningSums) -> None:
        """Add the photos of `other`; raises ProfileError, and changes nothing, when a sum would leave its range."""
        changed = {bucket: self._after(bucket, sums) for bucket, sums in other.buckets.items()}
        self.buckets |= changed

    def pooled(self) -> Float64:
        """The weighted mean of the photos' features (K,); there must be one photo at least."""
        largest = max(self.buckets)
        total = np.zeros(self.feature_size + 1)
        for bucket in sorted(self.buckets):  # in one order, so that equal sums give equal bits
            total += np.ldexp(self.buckets[bucket].astype(np.float64), _shift(bucket, largest))
        mean: Float64 = total[:-1] / total[-1]
        return mean

    def shares(self, weights: Iterable[Weight]) -> Float64:
        """The photos' shares of the attention (n,), of all photos' weights."""
        largest = max(self.buckets)
        sizes = np.array([np.ldexp(float(w.mantissa), _shift(w.bucket, largest)) for w in weights])
        shares: Float64 = sizes / sizes.sum()
        return shares

    def copy(self) -> RunningSums:
        """The same sums, to be changed apart from these."""
        copied = RunningSums(self.feature_size)
        copied.buckets = dict(self.buckets)  # arrays are replaced, never written into
        return copied

    @property
    def nbytes(self) -> int:
        """Bytes of the sums."""
        return sum(4 + sums.nbytes for sums in self.buckets.values())

    def _change(self, bucket: int, terms: Int64) -> None:
        sums = self._after(bucket, terms)
        if sums[-1] == 0:  # weights are positive: nobody is left
            del self.buckets[bucket]
        else:
            self.buckets[bucket] = sums

    def _after(self, bucket: int, terms: Int64) -> Int64:
        sums = terms + self.buckets[bucket] if bucket in self.buckets else terms.copy()
        if np.abs(sums).max() >= _FULL:
            raise ProfileError("the profile is full: its sums would leave the range of 64 bits")
        return sums


def _terms(features: Float16, weight: Weight) -> Int64:
    """What a photo adds (K + 1,). Products of 32 and 11 bits are exact in float64: every machine rounds alike."""
    products = np.append(features.astype(np.float64), 1.0) * float(weight.mantissa)
    return np.rint(products).astype(np.int64)


def _shift(bucket: int, largest: int) -> int:
    """Octaves from one bucket to the largest; beyond 2000 nothing is left of a number anyway."""
    return max(OCTAVES * (bucket - largest), -2000)
