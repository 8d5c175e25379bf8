"""A method as a comparison lists it: what it is called, what it sees, what of it is tuned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from visualtaste.baselines.method import Method
from visualtaste.baselines.space import Space

Family = Literal["features", "item-classifier", "baselines"]
Sees = Literal["pictures", "categories", "items"]


@dataclass(frozen=True)
class Entry:
    """One line of the comparison.

    name     short and stable, for programs ("ease_categories")
    title    for people ("EASE on categories")
    note     one sentence on what the method is
    sees     what of the shown items it reads: their pictures, their known categories, which items they are
    method   with the settings that it has where nothing is tuned
    space    the fields of `method` that are tuned, and where
    trained  whether seeds change it much, so that it is trained with several: what trains by gradient
    """

    name: str
    title: str
    note: str
    family: Family
    sees: frozenset[Sees]
    method: Method
    space: Space = field(default_factory=dict)
    trained: bool = False

    @property
    def given_the_answer(self) -> bool:
        """Whether the observed protocol's target can be read off what the method sees."""
        return bool(self.sees & {"categories", "items"})

    def tuned(self, values: Mapping[str, object]) -> Method:
        """The method with other hyper-parameters; raises pydantic's ValidationError on a wrong one."""
        return type(self.method).model_validate(self.method.model_dump() | dict(values))
