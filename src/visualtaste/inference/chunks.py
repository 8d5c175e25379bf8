"""Dividing many users into batches of a bounded number of photos."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from visualtaste.types import Int64


def user_chunks(offsets: Int64, max_photos: int) -> Iterator[slice]:
    """Consecutive users (rows of a ragged array with these offsets) that together have at most `max_photos` photos.

    A user with more photos than that comes alone: a set cannot be divided.
    """
    start, users = 0, len(offsets) - 1
    while start < users:
        # the last user whose photos still end within the bound
        stop = int(np.searchsorted(offsets, offsets[start] + max_photos, side="right")) - 1
        stop = max(stop, start + 1)
        yield slice(start, stop)
        start = stop
