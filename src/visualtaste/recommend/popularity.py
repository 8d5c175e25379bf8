"""How much each item is bought, ever and of late."""

from __future__ import annotations

import numpy as np

from visualtaste.types import Float32, Float64, Int64

_DAY = 86_400  # seconds
FADING_DAYS = 60  # after which a purchase counts 1/e of a new one in `recent`

# Whether an item has one purchase or two is chance; and where the catalogue was put together from a sample of the
# customers, items that nobody else bought are likelier to be some left-out customer's than those with one purchase.
FEWEST = 5


def popularity(rows: Int64, seconds: Float64, items: int) -> Float32:
    """ln(purchases / 5) and ln(recent purchases / 5) of each item, 0 where they are fewer: (N, 2).

    A recent purchase counts exp(-days / 60), days before the last purchase of all. `seconds` (n,) is when an item of
    `rows` (n,) was bought, NaN where that is not known: such purchases are not recent.
    """
    recency = np.zeros(len(rows))
    known = np.isfinite(seconds)
    if known.any():
        recency[known] = np.exp((seconds[known] - seconds[known].max()) / (FADING_DAYS * _DAY))
    counts = [np.bincount(rows, weights, minlength=items) for weights in (np.ones(len(rows)), recency)]
    return np.log(np.maximum(np.stack(counts, axis=1), FEWEST) / FEWEST).astype(np.float32)
