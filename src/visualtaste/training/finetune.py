"""Stage 1: fine-tune the encoder as a multi-label classifier of single product photos.

The published schedule (Demochkin & Savchenko 2019, section 2): a head on the pretrained encoder, some epochs with
the first layers frozen at a high learning rate, then more with everything trained at a low one, each phase with a
fresh Adam.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from visualtaste.artifact.manifest import EpochRecord
from visualtaste.config import EncoderSettings
from visualtaste.data.locations import Location
from visualtaste.errors import TrainingError
from visualtaste.features.photos import PhotoBatch, load_batches
from visualtaste.models.encoder import make_encoder
from visualtaste.models.item_classifier import ItemClassifier
from visualtaste.models.losses import weighted_bce
from visualtaste.progress import Reporter, Silent
from visualtaste.seeding import derive, generator
from visualtaste.training.augment import augment
from visualtaste.training.checkpoint import Checkpoint
from visualtaste.training.device import choose_device, choose_dtype
from visualtaste.types import Int64, Ragged


@dataclass(frozen=True, eq=False)
class PhotoData:
    """Labelled photos: `labels` are each item's categories, of the D that are learned: ragged (N, ·)."""

    paths: Sequence[Location | None]
    labels: Ragged
    categories: int
    train: Int64  # rows
    validation: Int64  # rows, none of them in `train`


@dataclass(frozen=True, eq=False)
class FinetunedEncoder:
    """The trained network, what each epoch brought, and the photos that could not be read."""

    classifier: ItemClassifier
    history: tuple[EpochRecord, ...]
    unreadable: int


@dataclass(frozen=True)
class _Phase:
    number: int
    name: str
    epochs: int
    learning_rate: float
    frozen_layers: int


class _Finetuning:
    """The state of one run: network, optimizer, counters."""

    def __init__(self, data: PhotoData, settings: EncoderSettings, seed: int, reporter: Reporter) -> None:
        self.data = data
        self.settings = settings
        self.seed = seed
        self.reporter = reporter
        self.device = choose_device(settings.device)
        self.dtype = choose_dtype(settings.precision, self.device)
        with torch.random.fork_rng():
            torch.manual_seed(derive(seed, "encoder", "weights"))
            self.classifier = ItemClassifier(make_encoder(settings), data.categories, settings)
        self.classifier.to(self.device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.unreadable: set[int] = set()

    def optimizer(self, phase: _Phase) -> torch.optim.Adam:
        self.classifier.encoder.freeze(phase.frozen_layers)
        trained = [parameter for parameter in self.classifier.parameters() if parameter.requires_grad]
        return torch.optim.Adam(trained, lr=phase.learning_rate, fused=self.device.type != "mps")

    def epoch(self, optimizer: torch.optim.Adam, phase: _Phase, number: int) -> EpochRecord:
        """One pass over the training photos in random order; the incomplete last batch is left to other epochs."""
        started = time.perf_counter()
        name = f"{phase.name}-{number}"
        order = generator(self.seed, "encoder", name).permutation(self.data.train)
        batch_size = min(self.settings.batch_size, len(order))
        order = order[: len(order) // batch_size * batch_size]
        augmentation = torch.Generator().manual_seed(derive(self.seed, "augment", name))
        losses: list[float] = []
        title = f"Encoder, phase {phase.number}, epoch {number + 1}/{phase.epochs}"
        with torch.random.fork_rng(), self.reporter.task(title, total=len(order)) as task:
            torch.manual_seed(derive(self.seed, "dropout", name))
            self.classifier.train()
            for batch in load_batches(self.data.paths, order, self.classifier.encoder.spec, batch_size):
                self.unreadable.update(batch.failures)
                if len(batch.rows) > 1:  # batch norm has no statistics of a single photo
                    pixels = torch.from_numpy(batch.pixels)
                    if self.settings.augment:
                        pixels = augment(pixels, augmentation)
                    optimizer.zero_grad()
                    loss = self.loss(pixels, batch)
                    loss.backward()
                    optimizer.step()
                    losses.append(loss.item())
                task.advance(batch_size, note=f"loss {np.mean(losses[-50:]):.4f}" if losses else "")
        loss_mean = float(np.mean(losses)) if losses else math.nan
        if not math.isfinite(loss_mean):
            raise TrainingError(f"{title}: the loss is {loss_mean}: lower encoder.learning_rate or check the photos")
        seconds = time.perf_counter() - started
        return EpochRecord(
            stage=f"encoder, {phase.name}",
            epoch=number,
            loss=loss_mean,
            validation_loss=self.validation_loss(),
            seconds=round(seconds, 2),
        )

    def loss(self, pixels: Tensor, batch: PhotoBatch) -> Tensor:
        targets = torch.from_numpy(self.data.labels.take(batch.rows).multi_hot(self.data.categories)).float()
        with torch.autocast(self.device.type, dtype=self.dtype, enabled=self.dtype != torch.float32):
            logits = self.classifier(pixels.to(self.device, non_blocking=True))
        return weighted_bce(logits.float(), targets.to(self.device), self.settings.positive_weight)

    @torch.no_grad()
    def validation_loss(self) -> float | None:
        """Mean loss on the validation photos: shown, never used to choose anything."""
        total, count = 0.0, 0
        self.classifier.eval()
        spec = self.classifier.encoder.spec
        for batch in load_batches(self.data.paths, self.data.validation, spec, self.settings.batch_size):
            if len(batch.rows):
                total += self.loss(torch.from_numpy(batch.pixels), batch).item() * len(batch.rows)
                count += len(batch.rows)
        return total / count if count else None


def finetune(
    data: PhotoData,
    settings: EncoderSettings,
    seed: int,
    workspace: Path,
    identity: Mapping[str, str],
    reporter: Reporter | None = None,
) -> FinetunedEncoder:
    """Run the schedule, saving after every epoch to `workspace`; a run found there goes on to the same numbers.

    `identity` names what the training is made of (see `Checkpoint`). Raises TrainingError when the encoder cannot
    be loaded, the loss diverges, or `workspace` holds a training with another identity.
    """
    if len(data.train) < 2:
        raise TrainingError(f"stage 1 needs at least 2 photos of training users, not {len(data.train)}")
    checkpoint = Checkpoint(workspace / "encoder.checkpoint", identity)
    saved = checkpoint.read()
    run = _Finetuning(data, settings, seed, reporter or Silent())
    modules = {"classifier": run.classifier}
    history = [EpochRecord.model_validate(record) for record in saved["history"]] if saved else []
    run.unreadable.update(saved["unreadable"] if saved else [])

    to_skip = len(history)
    for phase in _phases(settings):
        done = min(to_skip, phase.epochs)
        to_skip -= done
        if done == phase.epochs:
            continue
        optimizer = run.optimizer(phase)
        if saved:  # a phase that was begun goes on with its optimizer, the next one starts with a fresh one
            checkpoint.load(modules, optimizer if done else None)
            saved = None
        for number in range(done, phase.epochs):
            history.append(run.epoch(optimizer, phase, number))
            state = {"history": [record.model_dump() for record in history], "unreadable": sorted(run.unreadable)}
            checkpoint.save(modules, optimizer, state)
    if saved:
        checkpoint.load(modules, None)
    run.classifier.encoder.freeze(0)
    return FinetunedEncoder(run.classifier.eval(), tuple(history), len(run.unreadable))


def _phases(settings: EncoderSettings) -> tuple[_Phase, _Phase]:
    return (
        _Phase(1, "frozen", settings.frozen_epochs, settings.frozen_learning_rate, settings.frozen_layers),
        _Phase(2, "full", settings.epochs, settings.learning_rate, 0),
    )
