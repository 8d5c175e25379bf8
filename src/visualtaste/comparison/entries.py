"""All methods that a comparison can list: the poolings of features, then the baselines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from visualtaste.baselines.entries import BASELINES
from visualtaste.baselines.entry import Entry
from visualtaste.baselines.known import KNOWN_SPACE, WithKnownCategories
from visualtaste.baselines.space import Real, Space
from visualtaste.comparison.network import Network
from visualtaste.config import POOLING_TITLES, InterestsSettings
from visualtaste.errors import ConfigError, nearest
from visualtaste.evaluation.methods import POOLING_NOTES

__all__ = ["KNOWN_SPACE", "WithKnownCategories", "choose", "companion", "entries", "networks"]

NETWORK_SPACE: Space = {"learning_rate": Real(3e-4, 2e-3, log=True), "feature_dropout": Real(0.2, 0.8)}

KNOWN_NOTE = "The same probabilities, blended with what EASE and the user's own history make of the known categories."


def networks(settings: InterestsSettings) -> tuple[Entry, ...]:
    """Every pooling of features under the same other settings."""
    return tuple(
        Entry(
            name=pooling,
            title=title,
            note=POOLING_NOTES[pooling],
            family="features",
            sees=frozenset({"pictures"}),
            method=Network.model_validate(settings.model_dump() | {"pooling": pooling}),
            space=NETWORK_SPACE,
            trained=True,
        )
        for pooling, title in POOLING_TITLES.items()
    )


def entries(settings: InterestsSettings) -> tuple[Entry, ...]:
    """All methods in the order in which tables group them."""
    return networks(settings) + BASELINES


def choose(available: Sequence[Entry], names: Sequence[str] | None) -> tuple[Entry, ...]:
    """The entries with the given names, in their own order; all without names.

    Raises ConfigError on a name that no entry has.
    """
    if names is None:
        return tuple(available)
    known = [entry.name for entry in available]
    for name in names:
        if name not in known:
            raise ConfigError(f"there is no method {name!r}{nearest(name, known)}")
    return tuple(entry for entry in available if entry.name in names)


def companion(entry: Entry) -> Entry | None:
    """The counterpart that sees the known categories as well; None where the entry sees more than pictures."""
    if entry.sees != {"pictures"} or entry.name == "fm":  # fm's counterpart is an entry of its own
        return None
    return replace(
        entry,
        name=f"{entry.name}_known",
        title=f"{entry.title} + known categories",
        note=KNOWN_NOTE,
        sees=frozenset({"pictures", "categories"}),
        space=KNOWN_SPACE,
    )
