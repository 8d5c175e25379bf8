"""Stage 2: learn users' interests from the features of their photos."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from visualtaste.artifact.manifest import EpochRecord
from visualtaste.config import InterestsSettings
from visualtaste.data.protocols import answerable
from visualtaste.errors import TrainingError
from visualtaste.files import digest_text
from visualtaste.models.interests import InterestsModel
from visualtaste.progress import Reporter, Silent
from visualtaste.training.checkpoint import Checkpoint
from visualtaste.training.interests_run import InterestsData, InterestsRun
from visualtaste.types import Float64

__all__ = ["FittedInterests", "InterestsData", "fit_interests"]


@dataclass(frozen=True, eq=False)
class FittedInterests:
    """The trained network and what each epoch brought."""

    model: InterestsModel
    history: tuple[EpochRecord, ...]
    validation_loss: float | None  # of the weights that `model` has
    category_frequency: Float64  # share of training users whose full target has the category (D,)
    left_out: int  # training and validation users with nothing to predict


def fit_interests(
    data: InterestsData,
    categories: int,
    settings: InterestsSettings,
    seed: int,
    workspace: Path | None = None,
    reporter: Reporter | None = None,
) -> FittedInterests:
    """Train pooling, gating and head; with a `workspace`, save every epoch there and go on from what is found.

    With `patience` and validation users, training stops after that many epochs without a better validation loss
    and the best weights are kept; otherwise all epochs run and the last weights are kept. Users whose target is
    empty are left out and counted.

    Raises TrainingError when no training user is left, when the loss diverges, or when `workspace` holds a training
    with other settings or data; EmptySetError when a user has no items.
    """
    reporter = reporter or Silent()
    train, frequency = answerable(settings.protocol, data.train, data.item_categories, categories)
    validation, _ = answerable(settings.protocol, data.validation, data.item_categories, categories)
    left_out = len(data.train) + len(data.validation) - len(train) - len(validation)
    if left_out:
        reporter.say(f"{left_out} users have nothing to predict ({settings.protocol}) and are left out of stage 2")
    if len(train) == 0:
        raise TrainingError(f"none of {len(data.train)} training users has anything to predict ({settings.protocol})")

    run = InterestsRun(
        InterestsData(data.features, data.item_categories, train, validation), categories, settings, seed
    )
    checkpoint = None
    if workspace is not None:
        identity = {
            "data": data.digest(),
            "settings": digest_text(settings.model_dump_json(), str(categories), str(seed)),
        }
        checkpoint = Checkpoint(workspace / "interests.checkpoint", identity)
        if saved := checkpoint.load(run.modules, run.optimizer):
            run.history = [EpochRecord.model_validate(record) for record in saved["history"]]

    with reporter.task(f"Interests, {settings.pooling}", total=settings.epochs, done=len(run.history)) as task:
        while not run.finished:
            record = run.epoch()
            if checkpoint:
                state = {"history": [record.model_dump() for record in run.history]}
                checkpoint.save(run.modules, run.optimizer, state)
            measured = record.loss if record.validation_loss is None else record.validation_loss
            task.advance(1, note=f"loss {measured:.4f}")
    return FittedInterests(run.kept.eval(), tuple(run.history), run.kept_record.validation_loss, frequency, left_out)
