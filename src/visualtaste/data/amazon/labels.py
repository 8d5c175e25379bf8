"""Categories out of what stands in category paths: plain text, one spelling each, none of the stopped ones.

Two names are one label when they are equal in plain text (see markup) and without regard to upper and lower case;
the label is spelled as it is most often, ties going to the first in the alphabet.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from visualtaste.data.amazon.markup import plain_text
from visualtaste.data.dataset import FilterStep
from visualtaste.types import Ragged

_EXAMPLES = 5


class NameTable:
    """The distinct names that stand in a file, numbered in the order of their first appearance."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}

    def number(self, name: str) -> int:
        """Of a name that may be new."""
        return self._codes.setdefault(name, len(self._codes))

    @property
    def names(self) -> list[str]:
        return list(self._codes)


@dataclass(frozen=True)
class Labels:
    """The label of each name of a table, None where it has none, and what happened to the names."""

    of_name: list[str | None]
    steps: tuple[FilterStep, ...]

    def lists(self, names: Ragged) -> pl.Series:
        """Rows of numbers of names as lists of distinct labels in the same order."""
        labels = pl.Series(self.of_name, dtype=pl.String).gather(names.values)
        pairs = pl.DataFrame({"row": names.segments, "label": labels}).drop_nulls()
        lists = pairs.group_by("row", maintain_order=True).agg(pl.col("label").unique(maintain_order=True))
        rows = pl.DataFrame({"row": np.arange(len(names))})
        return rows.join(lists, on="row", how="left", maintain_order="left")["label"].fill_null([])


def choose_labels(names: Sequence[str], uses: Sequence[int], stop: Iterable[str]) -> Labels:
    """The labels of all names, of which `uses` says how many items have them in their category paths.

    A name that is used by none stood behind the end of a path. `stop` names labels, in any spelling, that are not
    wanted.
    """
    plain = [plain_text(name) if count else "" for name, count in zip(names, uses, strict=True)]
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for text, count in zip(plain, uses, strict=True):
        if text:
            spellings[text.casefold()][text] += count
    label = {key: min(counts, key=lambda text: (-counts[text], text)) for key, counts in spellings.items()}
    unwanted = {plain_text(text).casefold() for text in stop}
    kept = {key: text for key, text in label.items() if key not in unwanted}

    beside = [name for name, count in zip(names, uses, strict=True) if not count]
    empty = [name for name, text, count in zip(names, plain, uses, strict=True) if count and not text]
    others = [name for name, text in zip(names, plain, strict=True) if text and name != label[text.casefold()]]
    merged = len(names) - len(beside) - len(empty) - len(label)
    steps = (
        _step("text after the end of a category path", len(beside), beside),
        _step("nothing but blanks or markup", len(empty), empty),
        _step("another spelling of a label", merged, others),
        _step("on the stop list", len(label) - len(kept), [label[key] for key in label if key in unwanted]),
    )
    return Labels([kept.get(text.casefold()) for text in plain], steps)


def _step(reason: str, removed: int, examples: Sequence[str]) -> FilterStep:
    return FilterStep(name="labels", reason=reason, removed_categories=removed, examples=tuple(examples[:_EXAMPLES]))
