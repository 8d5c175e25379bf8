"""One run of stage 1: the network, one epoch of its training, its loss; alone or as one of a group."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from visualtaste.artifact.manifest import EpochRecord
from visualtaste.config import EncoderSettings
from visualtaste.data.locations import Location
from visualtaste.errors import TrainingError
from visualtaste.features.photos import PhotoBatch, load_batches
from visualtaste.models.encoder import make_encoder
from visualtaste.models.item_classifier import ItemClassifier
from visualtaste.models.losses import weighted_bce
from visualtaste.progress import Reporter
from visualtaste.seeding import derive, generator
from visualtaste.training.augment import augment
from visualtaste.training.device import choose_device, choose_dtype
from visualtaste.training.group import Group
from visualtaste.types import Int64, Ragged


@dataclass(frozen=True, eq=False)
class PhotoData:
    """Labelled photos: `labels` are each item's categories, of the D that are learned: ragged (N, ·)."""

    paths: Sequence[Location | None]
    labels: Ragged
    categories: int
    train: Int64  # rows
    validation: Int64  # rows, none of them in `train`


@dataclass(frozen=True)
class Phase:
    """Some epochs with the first layers frozen, or none."""

    number: int
    name: str
    epochs: int
    learning_rate: float
    frozen_layers: int


class FinetuningRun:
    """The state of one run: network, counters, and the group that it belongs to."""

    def __init__(self, data: PhotoData, settings: EncoderSettings, seed: int, reporter: Reporter, group: Group) -> None:
        self.data = data
        self.settings = settings
        self.seed = seed
        self.reporter = reporter
        self.group = group
        self.device = choose_device(settings.device)
        self.dtype = choose_dtype(settings.precision, self.device)
        with torch.random.fork_rng():
            torch.manual_seed(derive(seed, "encoder", "weights"))
            self.classifier = ItemClassifier(make_encoder(settings), data.categories, settings)
        self.classifier.to(self.device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._network: nn.Module = self.classifier
        self.unreadable: set[int] = set()

    def begin(self, phase: Phase) -> torch.optim.Adam:
        """Freeze what the phase freezes and return its optimizer."""
        self.classifier.encoder.freeze(phase.frozen_layers)
        self._network = self.group.wrap(self.classifier)
        trained = [parameter for parameter in self.classifier.parameters() if parameter.requires_grad]
        return torch.optim.Adam(trained, lr=phase.learning_rate, fused=self.device.type != "mps")

    def epoch(self, optimizer: torch.optim.Adam, phase: Phase, number: int) -> EpochRecord:
        """One pass over the training photos in random order; the incomplete last batch is left to other epochs."""
        started = time.perf_counter()
        name = f"{phase.name}-{number}"
        order, batch_size = self._order(name)
        augmentation = torch.Generator().manual_seed(derive(self.seed, "augment", self.group.stream(name)))
        losses: list[float] = []
        title = f"Encoder, phase {phase.number}, epoch {number + 1}/{phase.epochs}"
        with torch.random.fork_rng(), self.reporter.task(title, total=len(order)) as task:
            torch.manual_seed(derive(self.seed, "dropout", self.group.stream(name)))
            self.classifier.train()
            part, part_size = self.group.part(order, batch_size)
            for batch in load_batches(self.data.paths, part, self.classifier.encoder.spec, part_size):
                self.unreadable.update(batch.failures)
                optimizer.zero_grad()
                loss = self.backward(batch, augmentation)
                if loss is not None:
                    optimizer.step()
                    losses.append(loss)
                task.advance(batch_size, note=f"loss {np.mean(losses[-50:]):.4f}" if losses else "")
        self.group.average_statistics(self.classifier)
        self.unreadable = self.group.union(self.unreadable)
        mean = float(np.mean(losses)) if losses else math.nan
        loss_mean = self.group.total(mean, self.device) / self.group.size
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

    def backward(self, batch: PhotoBatch, augmentation: torch.Generator) -> float | None:
        """Add the gradients of one batch, of which this process has a part, and return the part's loss.

        The average of the parts' losses is the mean over the batch's readable photos. None, and no gradients, when
        a process has less than two of them: batch norm has no statistics of a single photo.
        """
        readable = self.group.gather(len(batch.rows), self.device)
        if min(readable) < 2:
            return None
        pixels = torch.from_numpy(batch.pixels)
        if self.settings.augment:
            pixels = augment(pixels, augmentation)
        # averaged gradients count every process alike, also one whose part has fewer readable photos
        loss = self.loss(self._network, pixels, batch) * (len(batch.rows) * self.group.size / sum(readable))
        loss.backward()
        return loss.item()

    def loss(self, network: nn.Module, pixels: Tensor, batch: PhotoBatch) -> Tensor:
        """Mean loss of the given photos (B, S, S, 3)."""
        targets = torch.from_numpy(self.data.labels.take(batch.rows).multi_hot(self.data.categories)).float()
        with torch.autocast(self.device.type, dtype=self.dtype, enabled=self.dtype != torch.float32):
            logits = network(pixels.to(self.device, non_blocking=True))
        return weighted_bce(logits.float(), targets.to(self.device), self.settings.positive_weight)

    @torch.no_grad()
    def validation_loss(self) -> float | None:
        """Mean loss on the validation photos: shown, never used to choose anything."""
        total, count = 0.0, 0
        self.classifier.eval()
        rows = self.group.share(self.data.validation)
        for batch in load_batches(self.data.paths, rows, self.classifier.encoder.spec, self.settings.batch_size):
            if len(batch.rows):
                total += self.loss(self.classifier, torch.from_numpy(batch.pixels), batch).item() * len(batch.rows)
                count += len(batch.rows)
        count = sum(self.group.gather(count, self.device))
        total = self.group.total(total, self.device)
        return total / count if count else None

    def _order(self, name: str) -> tuple[Int64, int]:
        """The rows of an epoch's whole batches, and the size of one."""
        order = generator(self.seed, "encoder", name).permutation(self.data.train)
        batch_size = min(self.settings.batch_size, len(order))
        return order[: len(order) // batch_size * batch_size], batch_size
