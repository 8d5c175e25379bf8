"""Which trainings answer which questions: the cells of the comparison as jobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from visualtaste.comparison.choice import Chosen
from visualtaste.comparison.job import Job
from visualtaste.comparison.network import Network
from visualtaste.config import Protocol
from visualtaste.data.protocols import taught_for

# Poolings that the two studies are made with: the simplest and the paper's.
WEIGHT_STUDY = ("average", "attention2_gating")
AUGMENTATION_STUDY = ("average", "attention", "attention2_gating")


@dataclass(frozen=True)
class Cell:
    """One method in one protocol on one fold with one seed, and the job that answers it.

    companion  its number among the job's companions, None for the method itself
    """

    name: str
    protocol: Protocol
    fold: int
    seed: int
    job: Job
    companion: int | None = None


def plan_cells(chosen: Sequence[Chosen], folds: Sequence[int], seeds: int) -> list[Cell]:
    """All cells. Protocols that are taught alike and chose the same settings share one training."""
    cells = []
    for choice in chosen:
        alike = [
            other
            for other in chosen
            if other.entry.name == choice.entry.name
            and taught_for(other.protocol) == taught_for(choice.protocol)
            and other.settings == choice.settings
        ]
        companions = tuple((other.protocol, other.known) for other in alike if other.known is not None)
        protocols = tuple(other.protocol for other in alike)
        for fold in folds:
            for seed in range(seeds if choice.entry.trained else 1):
                job = Job(choice.entry.name, choice.method, fold, seed, "test", protocols, companions)
                cells.append(Cell(choice.entry.name, choice.protocol, fold, seed, job))
                if choice.companion and choice.known:
                    number = companions.index((choice.protocol, choice.known))
                    cells.append(Cell(choice.companion.name, choice.protocol, fold, seed, job, number))
    return cells


@dataclass(frozen=True)
class StudyCell:
    """One network of a study, trained otherwise than the comparison's in one setting, with one seed."""

    choice: Chosen
    fold: int
    job: Job


def plan_weights(chosen: Sequence[Chosen], folds: Sequence[int], weight: float) -> list[StudyCell]:
    """The networks of the weight study with one positive weight."""
    return _plan_study(chosen, folds, WEIGHT_STUDY, positive_weight=weight)


def plan_augmentation(chosen: Sequence[Chosen], folds: Sequence[int], subsets: bool) -> list[StudyCell]:
    """The networks of the augmentation study, with or without random parts of a user's items."""
    return _plan_study(chosen, folds, AUGMENTATION_STUDY, subsets=subsets)


def _plan_study(
    chosen: Sequence[Chosen], folds: Sequence[int], names: Sequence[str], **changes: float | bool
) -> list[StudyCell]:
    """Observed and held-out only: what is taught for new interests is what is taught for the held-out protocol."""
    cells = []
    for choice in chosen:
        if choice.entry.name in names and choice.protocol != "new-interests" and isinstance(choice.method, Network):
            method = choice.method.model_copy(update=changes)
            for fold in folds:
                job = Job(choice.entry.name, method, fold, 0, "test", (choice.protocol,))
                cells.append(StudyCell(choice, fold, job))
    return cells
