"""The state of a training of stage 2, and what one epoch does to it.

Every epoch draws its order, questions and dropout from streams named after its number, so an epoch is a function
of the seed and of the state before it: a training that is killed and started again ends with the same numbers.
"""

from __future__ import annotations

import copy
import hashlib
import math
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from visualtaste.artifact.manifest import EpochRecord
from visualtaste.config import InterestsSettings
from visualtaste.data.protocols import Questions, ask
from visualtaste.errors import TrainingError
from visualtaste.features.mapped import chunks
from visualtaste.models.interests import InterestsModel
from visualtaste.models.losses import calibrated_logits, weighted_bce
from visualtaste.seeding import derive, generator
from visualtaste.training.calibration import fit_shift, mean_loss
from visualtaste.training.device import choose_device, choose_dtype
from visualtaste.training.examples import draw
from visualtaste.training.feature_table import FeatureTable
from visualtaste.types import Ragged


@dataclass(frozen=True, eq=False)
class InterestsData:
    """What stage 2 learns from: photos' features, their categories, and who bought what."""

    features: NDArray[Any]  # (N, K) float16, in memory or mapped
    item_categories: Ragged  # indices into the D categories: ragged (N, ·)
    train: Ragged  # rows of items, earliest first: ragged (U, ·)
    validation: Ragged

    def digest(self) -> str:
        """Digest of all of it, to know it again when a training goes on."""
        digest = hashlib.sha256()
        ragged = (self.item_categories, self.train, self.validation)
        for array in (self.features, *(part for rows in ragged for part in (rows.values, rows.offsets))):
            digest.update(f"{array.dtype}{array.shape}".encode())
            for chunk in chunks(array):
                digest.update(np.ascontiguousarray(chunk).data)
        return digest.hexdigest()


class InterestsRun:
    """The state of one training: network, optimizer, best weights so far, history."""

    def __init__(self, data: InterestsData, categories: int, settings: InterestsSettings, seed: int) -> None:
        self.data = data
        self.categories = categories
        self.settings = settings
        self.seed = seed
        self.device = choose_device(settings.device)
        self.dtype = choose_dtype(settings.precision, self.device)
        self.batch_size = settings.batch_size or min(max(len(data.train) // 128, 64), 512)
        self.table = FeatureTable(data.features, self.device)
        with torch.random.fork_rng():
            torch.manual_seed(derive(seed, "interests", "weights"))
            self.model = InterestsModel(self.table.feature_size, categories, settings)
        if settings.standardise:
            self.model.standardise(*self.table.moments(data.train.values))
        self.model.to(self.device)
        self.kept = copy.deepcopy(self.model) if self.stops_early else self.model
        self.optimizer = make_optimizer(self.model, settings)
        self.history: list[EpochRecord] = []

    @property
    def stops_early(self) -> bool:
        return self.settings.patience is not None and len(self.data.validation) > 0

    @property
    def modules(self) -> dict[str, nn.Module]:
        """What a checkpoint holds."""
        return {"model": self.model, "kept": self.kept} if self.stops_early else {"model": self.model}

    @property
    def kept_record(self) -> EpochRecord:
        """The epoch whose weights `kept` has: the one of least validation loss, or the last."""
        if not self.stops_early:
            return self.history[-1]
        return min(self.history, key=_validation_loss)

    @property
    def finished(self) -> bool:
        if len(self.history) >= self.settings.epochs:
            return True
        patience = self.settings.patience
        if patience is None or not self.stops_early or not self.history:
            return False
        return self.history[-1].epoch - self.kept_record.epoch >= patience

    def epoch(self) -> EpochRecord:
        """One pass over the training users; the weights are kept if they are the best so far."""
        started = time.perf_counter()
        number = len(self.history)
        loss, validation_loss = self._train(number), self._validate()
        for name, value in (("training", loss), ("validation", validation_loss)):
            if value is not None and not math.isfinite(value):
                raise TrainingError(
                    f"the {name} loss of epoch {number + 1} is {value}: lower interests.learning_rate "
                    f"{self.settings.learning_rate} or interests.positive_weight {self.settings.positive_weight}"
                )
        record = EpochRecord(
            stage="interests",
            epoch=number,
            loss=loss,
            validation_loss=validation_loss,
            seconds=round(time.perf_counter() - started, 3),
        )
        self.history.append(record)
        if self.stops_early and self.kept_record is record:
            self.kept.load_state_dict(self.model.state_dict())
        return record

    def _train(self, number: int) -> float:
        """Mean loss over the users while the weights changed."""
        random = generator(self.seed, "interests", "examples", number)
        order = random.permutation(len(self.data.train))
        total = torch.zeros((), device=self.device)
        self.model.train()
        with torch.random.fork_rng():
            torch.manual_seed(derive(self.seed, "interests", "dropout", number))
            batches = (order[start : start + self.batch_size] for start in range(0, len(order), self.batch_size))
            draws = random if self.settings.subsets else None
            questions = (self._question(self.data.train.take(users), draws) for users in batches)
            for question, features in self._with_features(questions):
                self.optimizer.zero_grad()
                with torch.autocast(self.device.type, dtype=self.dtype, enabled=self.dtype != torch.float32):
                    logits = self._logits(question, features)
                target = torch.from_numpy(question.target).to(self.device)
                loss = weighted_bce(logits, target, self.settings.positive_weight)
                loss.backward()
                self.optimizer.step()
                total += loss.detach() * len(question)
        return total.item() / len(order)

    @torch.no_grad()
    def _validate(self) -> float | None:
        """Cross-entropy of the calibrated probabilities on the validation users' full questions, None without any.

        Fits the model's shift on the way. Not the weighted loss that is trained: on full questions that rises early,
        long before ranking is at its best, only because smaller questions were trained.
        """
        count = len(self.data.validation)
        if count == 0:
            return None
        self.model.eval()
        logits = torch.empty(count, self.categories)
        targets = torch.empty(count, self.categories, dtype=torch.bool)
        starts = range(0, count, self.batch_size)
        parts = [np.arange(start, min(start + self.batch_size, count)) for start in starts]
        questions = (self._question(self.data.validation.take(users), None) for users in parts)
        for users, (question, features) in zip(parts, self._with_features(questions), strict=True):
            logits[users] = calibrated_logits(self._logits(question, features), self.settings.positive_weight).cpu()
            targets[users] = torch.from_numpy(question.target)
        shift = fit_shift(logits, targets)
        self.model.shift.fill_(shift)
        return mean_loss(logits, targets, shift)

    def _question(self, users: Ragged, random: np.random.Generator | None) -> Questions:
        if random is None:
            return ask(self.settings.protocol, users, self.data.item_categories, self.categories)
        return draw(self.settings.protocol, users, self.data.item_categories, self.categories, random)

    def _with_features(self, questions: Iterable[Questions]) -> Iterator[tuple[Questions, Tensor]]:
        """Questions with the features (T, K) of what they show, the next one's read while one is answered."""
        return self.table.ahead(questions, lambda question: question.shown.values)

    def _logits(self, question: Questions, features: Tensor) -> Tensor:
        """Raw logits (U, D) float32."""
        offsets = torch.from_numpy(question.shown.offsets).to(self.device)  # (U+1,)
        logits: Tensor = self.model(features, offsets)[0]
        return logits.float()


def make_optimizer(model: InterestsModel, settings: InterestsSettings) -> torch.optim.AdamW:
    """Adam with decoupled weight decay, which without decay is the paper's Adam; attention learns at its own rate."""
    scores = model.pooling.score_parameters()
    rest = [parameter for parameter in model.parameters() if all(parameter is not score for score in scores)]
    groups = [
        {"params": scores, "lr": settings.learning_rate * settings.attention_rate},
        {"params": rest, "lr": settings.learning_rate},
    ]
    return torch.optim.AdamW(
        [group for group in groups if group["params"]],
        betas=(settings.beta1, settings.beta2),
        weight_decay=settings.weight_decay,
        fused=rest[0].device.type != "mps",
    )


def _validation_loss(record: EpochRecord) -> float:
    return math.inf if record.validation_loss is None else record.validation_loss
