"""A shop without its pictures: articles, their categories, and who bought what when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pydantic import Field

from visualtaste.data.shop.catalogue import STYLES, draw_catalogue
from visualtaste.data.shop.look import Look
from visualtaste.data.shop.naming import name_articles
from visualtaste.data.shop.purchases import Demand, draw_purchases, draw_sizes, draw_times
from visualtaste.data.shop.silhouettes import KINDS
from visualtaste.seeding import generator
from visualtaste.settings import Settings
from visualtaste.types import Float64, Int64, Ragged

TASTES = 36  # in one shop; a taste is a style and some favourite kinds
FAVOURITE_KINDS = 5
OTHER_STYLE, OTHER_KIND = 0.01, 0.03  # how wanted what a taste does not favour is, against 1 for what it does


class ShopSettings(Settings):
    """The size and the nature of a generated shop."""

    users: int = Field(1000, ge=10, le=1_000_000)
    items: int = Field(3000, ge=200, le=1_000_000)
    categories: int = Field(120, ge=40, le=500)
    gift_share: float = Field(0.3, ge=0, le=0.8, description="of every user's purchases, and of the articles")
    mean_user_items: float = Field(9.0, ge=5, le=20)
    image_size: int = Field(96, ge=32, le=512, description="side of the pictures in pixels")


@dataclass(frozen=True, eq=False)
class World:
    """All that is true of a shop."""

    looks: tuple[Look, ...]  # (N,)
    vocabulary: tuple[str, ...]  # (D,)
    names: tuple[tuple[str, ...], ...]  # (N,), each article's categories
    user_items: Ragged  # (U, ·), rows of articles, earliest first
    times: Int64  # (P,), seconds, beside user_items.values


def draw_world(settings: ShopSettings, seed: int) -> World:
    """The shop of a seed. Raises ConfigError when its items cannot make as many categories as are asked for."""
    looks = draw_catalogue(settings.items, settings.gift_share, generator(seed, "shop", "catalogue"))
    vocabulary, names = name_articles(looks, settings.categories)
    rng = generator(seed, "shop", "purchases")
    sizes = draw_sizes(settings.users, round(settings.users * settings.mean_user_items), rng)
    user_items = draw_purchases(sizes, draw_demand(looks, rng), settings.gift_share, rng)
    return World(tuple(looks), vocabulary, tuple(map(tuple, names)), user_items, draw_times(sizes, rng))


def draw_demand(looks: list[Look], rng: np.random.Generator) -> Demand:
    """Tastes, each for one style and some kinds of product, and the popularity of the articles."""
    popularity = rng.lognormal(sigma=0.8, size=len(looks))
    of_style = np.array([[style.includes(look.colour, look.pattern) for look in looks] for style in STYLES.values()])
    of_kind = np.array([[look.kind == kind for look in looks] for kind in KINDS])
    tastes: list[Float64] = []
    for number in range(TASTES):
        kinds = rng.permutation(len(KINDS))[:FAVOURITE_KINDS]
        style = np.where(of_style[number % len(STYLES)], 1.0, OTHER_STYLE)
        tastes.append(popularity * style * np.where(of_kind[kinds].any(axis=0), 1.0, OTHER_KIND))
    return Demand(np.array(tastes), popularity, np.array([look.gift for look in looks]))
