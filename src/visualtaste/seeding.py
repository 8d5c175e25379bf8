"""All randomness comes from one seed: every consumer derives its own stream by naming itself."""

from __future__ import annotations

import hashlib

import numpy as np

from visualtaste.types import Float64


def derive(seed: int, *names: str | int) -> int:
    """A 63-bit seed for the stream called `names`, independent of every other stream of the same seed."""
    text = "/".join(str(part) for part in (seed, *names))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def generator(seed: int, *names: str | int) -> np.random.Generator:
    """A NumPy generator for the stream called `names`."""
    return np.random.default_rng(derive(seed, *names))


def unit_hash(seed: int, salt: str, keys: list[str]) -> Float64:
    """One number in [0, 1) for each key, a function of seed, salt and key alone.

    A user's place in a split must not change when other users come or go, so splits hash ids
    instead of shuffling rows.
    """
    return np.array([derive(seed, salt, key) / 2**63 for key in keys], dtype=np.float64)
