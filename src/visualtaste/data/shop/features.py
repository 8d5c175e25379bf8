"""The shop without pictures: features of its items, drawn in seconds at the paper's scale.

The features stand for what an encoder would have made of the photos: a non-negative code, linear in the item's
categories where it is not clipped, over a mean that all items share, with noise. Shapes are those of
`visualtaste.types`; H themes group the categories.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visualtaste.data.shop.purchases import FEWEST, MOST, Demand, draw_purchases, draw_sizes
from visualtaste.errors import ConfigError
from visualtaste.seeding import generator
from visualtaste.types import Bool, Float32, Int64, Ragged, offsets_of

LARGEST_THEME = 30  # categories that a theme favours; neighbouring themes share half of them
CEILING = 6.0  # of a feature, as of ReLU6
_CHUNK = 1024  # items whose features are made at a time, so that memory stays flat


@dataclass(frozen=True, eq=False)
class FeaturesShop:
    """Items as features with their categories, and the users who bought them."""

    features: NDArray[np.float16]  # (N, K)
    item_categories: Ragged  # (N, ·) of D, ascending
    user_items: Ragged  # (U, ·) of N, earliest first
    gifts: Bool  # (N,), wrapped items; their only category is the last one


def features_shop(
    users: int = 66_519,
    items: int = 28_237,
    interactions: int = 547_700,
    categories: int = 1000,
    feature_size: int = 1024,
    gift_share: float = 0.0,
    seed: int = 0,
) -> FeaturesShop:
    """Draw a shop of exactly these sizes; the defaults are those of the paper's data.

    Users have 5 to 40 items and buy none twice. With a `gift_share` that share of the items is wrapped and of
    every user's purchases is given away: such items have features of a product that says nothing about the user,
    a direction in common that tells them apart, and as their only category the last one.
    Raises ConfigError when the numbers cannot be met.
    """
    _check(users, items, interactions, categories, gift_share)
    rng = generator(seed, "shop", "features")
    gifts: Bool = rng.permutation(items) < round(gift_share * items)
    plain = categories - bool(gift_share)  # the last category is that of the gifts
    reach = min(LARGEST_THEME, plain // 6)
    themes = 2 * plain // reach
    theme = rng.integers(themes, size=items)
    shown = _draw_categories(theme, reach, plain, rng)
    features = _draw_features(shown, gifts, plain, feature_size, rng)
    popularity = rng.lognormal(sigma=0.8, size=items)
    tastes = popularity * np.where(theme == np.arange(themes)[:, None], 1.0, 0.002)
    sizes = draw_sizes(users, interactions, rng)
    user_items = draw_purchases(sizes, Demand(tastes, popularity, gifts), gift_share, rng)
    return FeaturesShop(features, _filed(shown, gifts, categories - 1), user_items, gifts)


def _check(users: int, items: int, interactions: int, categories: int, gift_share: float) -> None:
    limits = (
        ("users", users, 1, None),
        ("items", items, 100, None),  # so that a user of the most items finds as many, wrapped and not
        ("interactions", interactions, FEWEST * users, MOST * users),
        ("categories", categories, 40, None),
        ("gift_share", gift_share, 0, 0.8),
    )
    for name, value, least, most in limits:
        if value < least or (most is not None and value > most):
            bounds = f"at least {least}" if most is None else f"{least} to {most}"
            raise ConfigError(f"{name} = {value}: it must be {bounds}")


def _draw_categories(theme: Int64, reach: int, categories: int, rng: np.random.Generator) -> Ragged:
    """Each item's categories, most from the `reach` of its theme, some frequent everywhere: ragged (N, ·)."""
    start = theme[:, None] * (reach // 2)
    own = start + (reach * rng.beta(1, 1.5, size=(len(theme), 7))).astype(np.int64)
    other = (categories * rng.random((len(theme), 3)) ** 2).astype(np.int64)
    drawn = np.concatenate([own % categories, other], axis=1)  # (N, 10)
    pairs = np.unique(np.arange(len(theme))[:, None] * categories + drawn)
    lengths = np.bincount(pairs // categories, minlength=len(theme))
    return Ragged(pairs % categories, offsets_of(lengths))


def _draw_features(
    shown: Ragged, gifts: Bool, categories: int, size: int, rng: np.random.Generator
) -> NDArray[np.float16]:
    """Mean, plus the code of each category shown, plus the gifts' own direction, plus noise, clipped: (N, K)."""
    mean = np.abs(rng.normal(0.6, 0.3, size=size)).astype(np.float32)
    codes = _sparse_code((categories, size), rng)
    wrapping = 2 * _sparse_code((1, size), rng)
    features = np.empty((len(shown), size), dtype=np.float16)
    for first in range(0, len(shown), _CHUNK):
        rows = np.arange(first, min(first + _CHUNK, len(shown)))
        chunk = shown.take(rows)
        values = np.add.reduceat(codes[chunk.values], chunk.offsets[:-1], axis=0)  # (chunk, K)
        values += mean + gifts[rows, None] * wrapping
        values += np.float32(0.35) * rng.standard_normal(values.shape, dtype=np.float32)
        features[rows] = np.clip(values, 0, CEILING, out=values)
    return features


def _sparse_code(shape: tuple[int, int], rng: np.random.Generator) -> Float32:
    """Strengths of channels, most of them zero, as units of a trained network answer to few things."""
    lit = rng.random(shape, dtype=np.float32) < 0.1
    strength: Float32 = rng.exponential(0.7, size=shape).astype(np.float32)
    strength[~lit] = 0
    return strength


def _filed(shown: Ragged, gifts: Bool, gift_category: int) -> Ragged:
    """What the items are filed under: what they show, but gifts under their own category alone."""
    lengths = np.where(gifts, 1, shown.lengths)
    kept = ~gifts[shown.segments]
    values = np.full(lengths.sum(), gift_category, dtype=np.int64)
    values[np.repeat(~gifts, lengths)] = shown.values[kept]
    return Ragged(values, offsets_of(lengths))
