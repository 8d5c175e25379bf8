"""Which methods are shown together: what they make of the photos, and whether they are told more than pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from visualtaste.comparison.results import ComparedProtocol, Contender
from visualtaste.evaluation.results import Evaluation

GroupName = Literal["features", "item-classifier", "baselines", "known", "blended"]

# More lines than this, beside the reference's, cannot be told apart in one plot.
MOST_LINES = 12


@dataclass(frozen=True)
class Group:
    """Methods of one kind, in the order of the contenders."""

    name: GroupName
    title: str
    meaning: str
    methods: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Panel:
    """What one plot shows: methods of one group, or a part of them, beside the reference.

    name  for files: "features", "known-2"
    """

    name: str
    title: str
    evaluation: Evaluation
    methods: tuple[str, ...]


# In the order in which everything shows them: title, and who belongs to it.
_KINDS: dict[GroupName, tuple[str, str]] = {
    "features": (
        "Poolings of features",
        "The photos' features are pooled into one vector, and a head reads all categories off it.",
    ),
    "item-classifier": (
        "Poolings of the item classifier",
        "Categories are recognised photo by photo, then their probabilities are put together.",
    ),
    "baselines": ("Baselines", "Simpler methods that see no more than the pictures, or nothing at all."),
    "known": (
        "Known categories or items alone",
        "These see no picture but are told what the shown items are: a shop knows that of its own sales.",
    ),
    "blended": (
        "Pictures and known categories",
        "These see the pictures and are also told what the shown items are.",
    ),
}


def group_of(contender: Contender) -> GroupName:
    """The group that a method belongs to."""
    entry = contender.entry
    if not entry.given_the_answer:
        return entry.family
    return "blended" if "pictures" in entry.sees else "known"


def groups(compared: ComparedProtocol) -> list[Group]:
    """The groups that have a method."""
    found = []
    for name, (title, meaning) in _KINDS.items():
        methods = tuple(method for method, one in compared.contenders.items() if group_of(one) == name)
        if methods:
            found.append(Group(name, title, meaning, methods))
    return found


def panels(compared: ComparedProtocol) -> list[Panel]:
    """The groups, cut into plots that can be read; a group of the reference alone needs none."""
    evaluation = compared.evaluation
    found = []
    for group in groups(compared):
        others = [name for name in group.methods if name != evaluation.reference]
        parts = _even_parts(others or (list(group.methods) if len(evaluation.methods) == 1 else []))
        for number, part in enumerate(parts, start=1):
            several = len(parts) > 1
            found.append(
                Panel(
                    name=f"{group.name}-{number}" if several else group.name,
                    title=f"{group.title}, {number} of {len(parts)}" if several else group.title,
                    evaluation=evaluation.only({*part, evaluation.reference}),
                    methods=tuple(part),
                )
            )
    return found


def _even_parts(names: list[str]) -> list[list[str]]:
    """As few parts as possible, about equally long."""
    count = -(-len(names) // MOST_LINES)
    return [names[len(names) * part // count : len(names) * (part + 1) // count] for part in range(count)]
