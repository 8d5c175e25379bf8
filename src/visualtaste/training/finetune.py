"""Stage 1: fine-tune the encoder as a multi-label classifier of single product photos.

The published schedule (Demochkin & Savchenko 2019, section 2): a head on the pretrained encoder, some epochs with
the first layers frozen at a high learning rate, then more with everything trained at a low one, each phase with a
fresh Adam.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from visualtaste.artifact.manifest import EpochRecord
from visualtaste.config import EncoderSettings
from visualtaste.errors import TrainingError
from visualtaste.models.item_classifier import ItemClassifier
from visualtaste.progress import Reporter, Silent
from visualtaste.training.checkpoint import Checkpoint
from visualtaste.training.finetune_run import FinetuningRun, Phase, PhotoData
from visualtaste.training.group import ALONE, Group

__all__ = ["FinetunedEncoder", "PhotoData", "finetune"]


@dataclass(frozen=True, eq=False)
class FinetunedEncoder:
    """The trained network, what each epoch brought, and the photos that could not be read."""

    classifier: ItemClassifier
    history: tuple[EpochRecord, ...]
    unreadable: int


def finetune(
    data: PhotoData,
    settings: EncoderSettings,
    seed: int,
    workspace: Path,
    identity: Mapping[str, str],
    reporter: Reporter | None = None,
    group: Group = ALONE,
) -> FinetunedEncoder:
    """Run the schedule, saving after every epoch to `workspace`; a run found there goes on to the same numbers.

    `identity` names what the training is made of (see `Checkpoint`). The processes of a `group` call this alike;
    `workspace` must be one folder to all of them, and the first one writes to it.

    Raises TrainingError when the encoder cannot be loaded, the loss diverges, or `workspace` holds a training with
    another identity.
    """
    if len(data.train) < 2:
        raise TrainingError(f"stage 1 needs at least 2 photos of training users, not {len(data.train)}")
    checkpoint = Checkpoint(workspace / "encoder.checkpoint", identity)
    saved = checkpoint.read()
    run = FinetuningRun(data, settings, seed, reporter or Silent(), group)
    modules = {"classifier": run.classifier}
    history = [EpochRecord.model_validate(record) for record in saved["history"]] if saved else []
    run.unreadable.update(saved["unreadable"] if saved else [])
    _refuse_disagreement(group.gather(len(history), run.device), checkpoint.path)

    to_skip = len(history)
    for phase in _phases(settings):
        done = min(to_skip, phase.epochs)
        to_skip -= done
        if done == phase.epochs:
            continue
        if saved:  # before the group takes over the network: all of its processes must begin with the same weights
            checkpoint.load(modules, None)
        optimizer = run.begin(phase)
        if saved and done:  # a phase that was begun goes on with its optimizer, the next one starts with a fresh one
            checkpoint.load(modules, optimizer)
        saved = None
        for number in range(done, phase.epochs):
            history.append(run.epoch(optimizer, phase, number))
            if group.rank == 0:
                state = {"history": [record.model_dump() for record in history], "unreadable": sorted(run.unreadable)}
                checkpoint.save(modules, optimizer, state)
    if saved:
        checkpoint.load(modules, None)
    run.classifier.encoder.freeze(0)
    return FinetunedEncoder(run.classifier.eval(), tuple(history), len(run.unreadable))


def _phases(settings: EncoderSettings) -> tuple[Phase, Phase]:
    return (
        Phase(1, "frozen", settings.frozen_epochs, settings.frozen_learning_rate, settings.frozen_layers),
        Phase(2, "full", settings.epochs, settings.learning_rate, 0),
    )


def _refuse_disagreement(epochs: list[int], path: Path) -> None:
    """Raise TrainingError unless all processes of a group found the same number of epochs in the checkpoint."""
    if len(set(epochs)) > 1:
        raise TrainingError(
            f"{path}: the workers find {' and '.join(map(str, sorted(set(epochs))))} epochs in it: "
            "the folder is not the same one to all of them, or reaches some late: run the same command again"
        )
