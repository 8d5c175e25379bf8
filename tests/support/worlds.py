"""Small worlds for methods to learn from."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

import numpy as np
import pytest

from visualtaste.baselines.method import Catalogue, Lesson
from visualtaste.types import Ragged

COMPARE = all(find_spec(name) for name in ("implicit", "myfm", "scipy"))
needs_compare = pytest.mark.skipif(not COMPARE, reason="needs the extra: pip install 'visualtaste[compare]'")


def lesson(
    train: Sequence[Sequence[int]],
    categories: Sequence[Sequence[int]],
    width: int,
    protocol: str = "observed",
    features: np.ndarray | None = None,
    probabilities: np.ndarray | None = None,
) -> Lesson:
    """A lesson from plain lists; features are zero and probabilities even unless given."""
    items = len(categories)
    catalogue = Catalogue(
        np.zeros((items, 2), np.float16) if features is None else features,
        Ragged.from_rows(categories),
        width,
        np.full((items, width), 0.5, np.float32) if probabilities is None else probabilities,
    )
    return Lesson(catalogue, Ragged.from_rows(train), Ragged.from_rows([]), protocol)


CHECKERBOARD_CATEGORIES = 12


def checkerboard() -> Lesson:
    """User u of 24 has all even or all odd items, as u is, except item u; item i of 24 is of category i % 12.

    The photo of an even item has its first feature positive, that of an odd one negative; the second is noise.
    """
    items = np.arange(24)
    train = [items[(items % 2 == user % 2) & (items != user)].tolist() for user in items]
    noise = np.random.default_rng(0).normal(size=24)
    features = np.column_stack([np.where(items % 2, -1, 1), noise]).astype(np.float16)
    categories = [[item % CHECKERBOARD_CATEGORIES] for item in items]
    return lesson(train, categories, CHECKERBOARD_CATEGORIES, features=features)


def assert_parity(scores: np.ndarray) -> None:
    """The first user shows even items, the second odd ones: categories of that parity are above all others."""
    even, odd = scores[:, 0::2], scores[:, 1::2]
    assert even[0].min() > odd[0].max()
    assert odd[1].min() > even[1].max()
