"""The tables of an importer while they are being filtered, and what every filter removed from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

import polars as pl

from visualtaste.data.dataset import FilterStep
from visualtaste.data.vocabulary import count_categories, only
from visualtaste.errors import DataError

_EXAMPLES = 5


@dataclass
class Ledger:
    """Items and interactions that are left, categories that are left, and the steps so far."""

    items: pl.DataFrame
    interactions: pl.DataFrame
    steps: list[FilterStep] = field(default_factory=list)

    def keep_items(self, name: str, reason: str, keep: pl.Expr, examples: Iterable[str] | None = None) -> None:
        """Keep the items of which `keep` is true; what only items that are gone have goes with them."""
        kept = self.items.filter(keep)
        if len(kept) == len(self.items):  # as in most rounds; the join with a large log is not free
            self._record(FilterStep(name=name, reason=reason), ())
            return
        step = FilterStep(
            name=name,
            reason=reason,
            removed_items=len(self.items) - len(kept),
            removed_categories=len(count_categories(self.items)) - len(count_categories(kept)),
        )
        gone = self.items.select("item_id").join(kept, on="item_id", how="anti", maintain_order="left")
        self.items = kept
        self._replace_interactions(
            step,
            self.interactions.join(gone, on="item_id", how="anti", maintain_order="left"),
            gone["item_id"] if examples is None else examples,
        )

    def keep_interactions(
        self, name: str, reason: str, keep: pl.Expr, examples: Iterable[str] | None = None, rounds: int = 0
    ) -> None:
        """Keep the interactions of which `keep` is true; the examples are users, unless others are given."""
        step = FilterStep(name=name, reason=reason, rounds=rounds)
        kept = self.interactions.filter(keep)
        if len(kept) == len(self.interactions):
            self._record(step, ())
            return
        if examples is None:
            examples = self.interactions.filter(~keep)["user_id"].unique(maintain_order=True)
        self._replace_interactions(step, kept, examples)

    def keep_categories(self, name: str, reason: str, kept: list[str], gone: list[str]) -> None:
        """Take the categories `gone` from all items; items that are left without any stay, for now."""
        if gone:
            self.items = self.items.with_columns(only(pl.col("categories"), kept))
        self._record(FilterStep(name=name, reason=reason, removed_categories=len(gone)), gone)

    def refuse_if_empty(self) -> None:
        """Raise DataError, naming the filter that removed most, when no item or no interaction is left."""
        if len(self.items) and len(self.interactions):
            return
        most = max(self.steps, key=lambda step: (step.removed_interactions, step.removed_items))
        examples = f" (such as {'; '.join(most.examples[:2])})" if most.examples else ""
        raise DataError(
            f"nothing is left of the data; most was removed by {most.name!r}, {most.reason}: "
            f"{most.removed_items:,} items and {most.removed_interactions:,} interactions{examples}"
        )

    def _replace_interactions(self, step: FilterStep, kept: pl.DataFrame, examples: Iterable[str]) -> None:
        removed = len(self.interactions) - len(kept)
        users = self.interactions["user_id"].n_unique() - kept["user_id"].n_unique() if removed else 0
        self.interactions = kept
        self._record(step.model_copy(update={"removed_interactions": removed, "removed_users": users}), examples)

    def _record(self, step: FilterStep, examples: Iterable[str]) -> None:
        """Add a step; a filter that was applied before goes on counting where it stands."""
        step = step.model_copy(update={"examples": tuple(islice(examples, _EXAMPLES))})
        for position, old in enumerate(self.steps):
            if (old.name, old.reason) == (step.name, step.reason):
                self.steps[position] = _sum(old, step)
                return
        self.steps.append(step)


def _sum(first: FilterStep, second: FilterStep) -> FilterStep:
    counts = {
        field: getattr(first, field) + getattr(second, field)
        for field in ("removed_items", "removed_interactions", "removed_users", "removed_categories", "rounds")
    }
    return first.model_copy(update=counts | {"examples": (first.examples + second.examples)[:_EXAMPLES]})
