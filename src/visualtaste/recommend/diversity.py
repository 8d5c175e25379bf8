"""Maximal marginal relevance (Carbonell & Goldstein, SIGIR 1998): good items that are unlike each other."""

from __future__ import annotations

import numpy as np

from visualtaste.types import Float32, Int64


def diversified(scores: Float32, vectors: Float32, count: int, diversity: float) -> Int64:
    """Positions of `count` of the n items, chosen one after the other.

    The next is the one with the highest (1 - diversity) * score - diversity * (highest cosine to those chosen), where
    scores (n,) are stretched to 0..1. `vectors` (n, r) are unit rows. Ties go to the earlier item.
    """
    spread = scores.max() - scores.min()
    relevance = (scores - scores.min()) / (spread if spread > 0 else 1)
    likeness = np.zeros(len(scores), dtype=np.float32)  # to the nearest of those chosen
    open_ = np.ones(len(scores), dtype=np.bool_)
    chosen: list[int] = []
    for _ in range(min(count, len(scores))):
        value = np.where(open_, (1 - diversity) * relevance - diversity * likeness, -np.inf)
        best = int(value.argmax())
        cosine = vectors @ vectors[best]
        likeness = np.maximum(likeness, cosine) if chosen else cosine
        open_[best] = False
        chosen.append(best)
    return np.array(chosen, dtype=np.int64)
