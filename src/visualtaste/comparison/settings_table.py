"""The hyper-parameters that tuning chose, method by method and protocol by protocol."""

from __future__ import annotations

from collections.abc import Mapping

from visualtaste.baselines.space import Value
from visualtaste.comparison.results import ComparisonResult
from visualtaste.config import Protocol


def chosen_settings(result: ComparisonResult) -> list[tuple[str, dict[Protocol, Mapping[str, Value]]]]:
    """Titles of the methods of which something was tuned, with what was chosen in each protocol."""
    chosen: dict[str, dict[Protocol, Mapping[str, Value]]] = {}
    for protocol, compared in result.protocols.items():
        for contender in compared.contenders.values():
            if contender.settings:
                chosen.setdefault(contender.entry.title, {})[protocol] = contender.settings
    return list(chosen.items())
