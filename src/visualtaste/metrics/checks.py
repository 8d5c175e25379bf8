"""What the metrics refuse: matrices of other shapes or types than they should have, and rows with wrong values."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from visualtaste.errors import DataError
from visualtaste.types import Bool


def require_shape(name: str, matrix: NDArray[Any], like: str, shape: tuple[int, ...]) -> None:
    """Raise DataError when `matrix` is not of the `shape` that `like` (its name, in the plural) have."""
    if matrix.shape != shape:
        raise DataError(f"{name} has shape {matrix.shape}, but {like} have {shape}")


def require_mask(name: str, mask: Bool, like: str, shape: tuple[int, ...]) -> None:
    """`require_shape`, and the entries must be boolean."""
    require_shape(name, mask, like, shape)
    if mask.dtype != np.bool_:
        raise DataError(f"{name} must be boolean, not {mask.dtype}")


def refuse_rows(wrong: Bool, message: str) -> None:
    """Raise when an entry of `wrong` (U, ·) is true: with the first such row, and how many there are."""
    rows = np.flatnonzero(wrong.any(axis=1))
    if len(rows):
        more = f" ({len(rows)} rows in all)" if len(rows) > 1 else ""
        raise DataError(message.format(row=rows[0]) + more)
