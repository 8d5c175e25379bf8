"""The products of the shop: every kind in its two shapes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from visualtaste.data.shop.silhouettes import accessories, clothing, home, leisure
from visualtaste.data.shop.silhouettes.silhouette import Part, Silhouette

__all__ = ["KINDS", "Kind", "Part", "Silhouette", "silhouette_of"]


@dataclass(frozen=True)
class Kind:
    """A kind of product, the department that sells it and the shapes that it comes in."""

    department: str
    shapes: dict[str, Callable[[], Silhouette]]


KINDS: dict[str, Kind] = {
    "bag": Kind("accessories", {"shoulder bag": accessories.shoulder_bag, "tote bag": accessories.tote_bag}),
    "book": Kind("leisure", {"hardback book": leisure.hardback, "notebook": leisure.notebook}),
    "bottle": Kind("kitchen", {"flask": home.flask, "slim bottle": home.slim_bottle}),
    "chair": Kind("home", {"armchair": home.armchair, "dining chair": home.dining_chair}),
    "coat": Kind("clothing", {"jacket": clothing.jacket, "long coat": clothing.long_coat}),
    "cushion": Kind("home", {"round cushion": home.round_cushion, "square cushion": home.square_cushion}),
    "dress": Kind(
        "clothing", {"long-sleeved dress": clothing.long_sleeved_dress, "sleeveless dress": clothing.sleeveless_dress}
    ),
    "hat": Kind("accessories", {"beanie": accessories.beanie, "brimmed hat": accessories.brimmed_hat}),
    "kite": Kind("leisure", {"delta kite": leisure.delta_kite, "diamond kite": leisure.diamond_kite}),
    "lamp": Kind("home", {"floor lamp": home.floor_lamp, "table lamp": home.table_lamp}),
    "mug": Kind("kitchen", {"round mug": home.round_mug, "straight mug": home.straight_mug}),
    "scarf": Kind("accessories", {"long scarf": accessories.long_scarf, "shawl": accessories.shawl}),
    "shirt": Kind(
        "clothing", {"long-sleeved shirt": clothing.long_sleeved_shirt, "T-shirt": clothing.short_sleeved_shirt}
    ),
    "shoe": Kind("accessories", {"boot": accessories.boot, "sneaker": accessories.sneaker}),
    "skirt": Kind("clothing", {"flared skirt": clothing.flared_skirt, "pencil skirt": clothing.pencil_skirt}),
    "teapot": Kind("kitchen", {"round teapot": home.round_teapot, "tall teapot": home.tall_teapot}),
    "trousers": Kind("clothing", {"long trousers": clothing.long_trousers, "shorts": clothing.shorts}),
    "umbrella": Kind(
        "accessories", {"closed umbrella": accessories.closed_umbrella, "open umbrella": accessories.open_umbrella}
    ),
    "vase": Kind("home", {"round vase": home.round_vase, "slim vase": home.slim_vase}),
    "watch": Kind("accessories", {"round watch": accessories.round_watch, "square watch": accessories.square_watch}),
}


@cache
def silhouette_of(kind: str, shape: str) -> Silhouette:
    """The outlines of one shape of one kind."""
    return KINDS[kind].shapes[shape]()
