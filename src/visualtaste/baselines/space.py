"""What may be tried when a method's hyper-parameters are tuned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Value = float | int | str | bool


@dataclass(frozen=True)
class Real:
    """A number between two bounds; `log` for one whose factor matters instead of its size."""

    low: float
    high: float
    log: bool = False


@dataclass(frozen=True)
class Whole:
    """An integer between two bounds, both possible."""

    low: int
    high: int
    log: bool = False


@dataclass(frozen=True)
class OneOf:
    """One of several values."""

    values: tuple[Value, ...]


Space = Mapping[str, Real | Whole | OneOf]
