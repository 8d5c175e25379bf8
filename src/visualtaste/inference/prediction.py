"""What the interests network says of a batch of users."""

from __future__ import annotations

from dataclasses import dataclass

from visualtaste.types import Float32


@dataclass(frozen=True, eq=False)
class Prediction:
    """Probabilities of every category for each user, and how much each photo counted."""

    probabilities: Float32  # (U, D)
    attention: Float32  # (T,), sums to 1 over each user's photos

    def __len__(self) -> int:
        return len(self.probabilities)
