"""What every model is compared with, computed from the same model folder and the same shown items."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from visualtaste.config import PoolingName
from visualtaste.evaluation.exam import Exam
from visualtaste.features.mapped import take
from visualtaste.inference.chunks import user_chunks
from visualtaste.inference.noisy_or import noisy_or
from visualtaste.types import Float32

_PHOTOS_AT_ONCE = 8192


def interests(exam: Exam) -> Float32:
    """The model's own probabilities (U, D)."""
    return exam.model.predict(exam.questions.shown, exam.features).probabilities


def popularity(exam: Exam) -> Float32:
    """The same for everyone: the share of training users that want each category (U, D)."""
    frequency = np.array(exam.model.manifest.category_frequency, dtype=np.float32)
    return np.broadcast_to(frequency, (len(exam.questions), len(frequency)))


def pooled_item_classifier(exam: Exam) -> Float32:
    """Noisy-or of what stage 1 sees on each shown photo (U, D): 1 - prod over photos of (1 - p).

    The probability that at least one photo shows the category, were the photos independent. In the observed
    protocol this is the obvious solution: it answers the question photo by photo.
    """
    sets = exam.questions.shown
    result = np.empty((len(sets), len(exam.model.categories)), dtype=np.float32)
    for users in user_chunks(sets.offsets, _PHOTOS_AT_ONCE):
        offsets = sets.offsets[users.start : users.stop + 1]
        rows = sets.values[offsets[0] : offsets[-1]]
        probabilities = exam.model.item_probabilities(take(exam.features, rows).astype(np.float32))  # (T, D)
        result[users] = noisy_or(probabilities, offsets - offsets[0])
    return result


@dataclass(frozen=True)
class Reference:
    """A method that takes part in every evaluation."""

    name: str
    title: str
    note: str
    probabilities: Callable[[Exam], Float32]


REFERENCES = (
    Reference(
        "popularity",
        "Popularity",
        "The same list for everyone: categories by the share of training users that want them.",
        popularity,
    ),
    Reference(
        "item_classifier",
        "Item classifier, noisy-or",
        "Stage 1's own head on every shown photo: a category counts unless every photo speaks against it.",
        pooled_item_classifier,
    ),
)

POOLING_NOTES: dict[PoolingName, str] = {
    "average": "The mean of the photos' features.",
    "attention": "A learned query weighs the photos.",
    "attention2": "A second block weighs them again, with a query made from the first one's result.",
    "attention2_gating": "As two blocks; then every entry of the result is gated by all the others.",
    "attention2_gating_bn": "As with context gating, the gates normalised over the batch in training.",
    "attention2_gating_tanh": "As with context gating, by tanh: a gate may turn an entry's sign.",
    "attention2_gating_output": "As with context gating; then every category's probability is gated by all the others.",
    "max": "The largest value of every feature over the photos.",
    "deep_sets": "The mean of what a small network makes of each photo.",
    "pma": "Several learned queries weigh the photos, each for its own part of the result.",
    "category_attention": "Each category weighs the photos by its own query and reads its logit from what it gets.",
    "bow": "The share of the photos in each of some learned clusters.",
    "netvlad": "Where the photos lie relative to the centres of learned clusters.",
    "netfv": "Mean and spread of the photos around the centres of learned clusters.",
}
