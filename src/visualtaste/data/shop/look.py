"""How an article looks: the attributes that its picture shows and its categories name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Finish = Literal["matte", "shiny"]
FINISHES: tuple[Finish, ...] = get_args(Finish)


@dataclass(frozen=True)
class Look:
    """One article: keys of KINDS, of its kind's shapes, of COLOURS and of PATTERNS."""

    kind: str
    shape: str
    colour: str
    pattern: str
    finish: Finish
    gift: bool = False

    @property
    def title(self) -> str:
        """What the shop calls it, as "Shiny striped red tote bag"."""
        adjectives = [word for word in (self.finish, self.pattern) if word not in ("matte", "plain")]
        words = " ".join([*adjectives, self.colour, self.shape])
        return f"Gift-wrapped {words}" if self.gift else words[0].upper() + words[1:]
