"""Which items are one product: colour variants, and doubled entries of one photo."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visualtaste.types import Float32, Int64

# Shops name all variants of a product alike; but a title such as "Dress" names many products. Items of one title
# whose photos lie on opposite sides of the catalogue's mean are two products.
_LEAST_LIKENESS = 0.0


def product_groups(titles: Sequence[str], visual: Float32, features: NDArray[Any]) -> Int64:
    """The product of each item (N,): the row of the product's first item.

    Items are one product when they have the same title, in any case, and their photos (`visual` (N, r), unit rows)
    are more alike than two random ones, or when their `features` (N, K) are the same to the last bit. An item
    without a title is a product of its own unless it shares its photo.
    """
    groups = np.arange(len(titles))
    by_title: dict[str, list[int]] = defaultdict(list)
    for row, title in enumerate(titles):
        if name := " ".join(title.casefold().split()):
            by_title[name].append(row)
    for rows in by_title.values():
        if len(rows) > 1:
            _divide(np.array(rows), visual, groups)
    _join_doubled(features, groups)
    return groups


def _divide(rows: Int64, visual: Float32, groups: Int64) -> None:
    """Divide items of one title: each joins the first product whose first item it is like, or starts one."""
    while len(rows):
        alike = visual[rows] @ visual[rows[0]] > _LEAST_LIKENESS
        alike[0] = True
        groups[rows[alike]] = rows[0]
        rows = rows[~alike]


def _join_doubled(features: NDArray[Any], groups: Int64) -> None:
    """Items with the same features get the product of the first of them; so do the others of their products."""
    first: dict[bytes, int] = {}
    joined = np.arange(len(groups))  # the product that each product became part of, an earlier one or itself
    for row in range(len(features)):
        digest = hashlib.blake2b(np.ascontiguousarray(features[row]).tobytes(), digest_size=16).digest()
        original = first.setdefault(digest, row)
        kept, gone = sorted((_root(joined, groups[original]), _root(joined, groups[row])))
        joined[gone] = kept
    groups[:] = [_root(joined, group) for group in groups]


def _root(joined: Int64, group: int) -> int:
    while joined[group] != group:
        group = joined[group]
    return group
