"""What an explanation is: where the logits start, and what each photo adds to them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from visualtaste.types import Float64


class Method(StrEnum):
    """How contributions were found."""

    PATH = "integrated gradients"
    SHAPLEY = "Shapley values"
    SAMPLED_SHAPLEY = "sampled Shapley values"


@dataclass(frozen=True, eq=False)
class Attribution:
    """Contributions of a user's n photos to the logits of all D categories: base + contributions.sum(0) = logits.

    The base is what the model says of the baseline, the average training photo in the place of all photos: before any
    of them is seen. `uncertainty` is the standard error of sampled contributions, 0 for exact ones.
    """

    method: Method
    base: Float64  # (D,)
    contributions: Float64  # (n, D)
    logits: Float64  # (D,), those of the network
    uncertainty: Float64  # (n, D)
