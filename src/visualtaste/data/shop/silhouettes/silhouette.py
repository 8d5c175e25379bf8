"""What a product is made of: a body that carries colour and pattern, and parts that are always the same."""

from __future__ import annotations

from dataclasses import dataclass

from visualtaste.data.shop.outlines import Points
from visualtaste.data.shop.palette import Tone


@dataclass(frozen=True, eq=False)
class Part:
    """A filled outline, or with `width` a line, of a fixed tone."""

    points: Points
    tone: Tone
    width: float | None = None


@dataclass(frozen=True, eq=False)
class Silhouette:
    """One form of one kind of product, in the order in which it is drawn."""

    body: tuple[Points, ...]
    behind: tuple[Part, ...] = ()
    front: tuple[Part, ...] = ()
