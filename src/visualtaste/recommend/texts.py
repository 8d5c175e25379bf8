"""Many short texts as two arrays, so that a million of them open at once and need no parsing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from visualtaste.types import Ragged


@dataclass(frozen=True, eq=False)
class Texts:
    """UTF-8 laid end to end: ragged uint8 (N, ·)."""

    encoded: Ragged

    @classmethod
    def of(cls, texts: Sequence[str]) -> Texts:
        """Keep the given texts."""
        return cls(Ragged.from_rows([np.frombuffer(text.encode(), np.uint8) for text in texts], np.uint8))

    def __len__(self) -> int:
        return len(self.encoded)

    def __getitem__(self, row: int) -> str:
        return bytes(self.encoded[row]).decode(errors="replace")

    def __iter__(self) -> Iterator[str]:
        return (self[row] for row in range(len(self)))

    @cached_property
    def rows(self) -> dict[str, int]:
        """The row of each text; of equal ones the last."""
        return {text: row for row, text in enumerate(self)}
