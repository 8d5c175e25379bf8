"""Stage 2 as it is usually written: sets padded to the longest of the batch, a mask, a DataLoader, Adam."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, Dataset

from visualtaste.config import InterestsSettings
from visualtaste.models.gating import ContextGating
from visualtaste.models.head import Head
from visualtaste.training.interests_run import InterestsData

BATCH_SIZE = 64  # the paper's
Example = tuple[Tensor, Tensor]
Batch = tuple[Tensor, Tensor, Tensor]


class PaddedTraining:
    """Trains two attention blocks + gating on the first `users` training users."""

    def __init__(self, data: InterestsData, categories: int, settings: InterestsSettings, users: int) -> None:
        self.users = min(users, len(data.train))
        self._loader: DataLoader[Example] = DataLoader(
            _Sets(data, categories, self.users), BATCH_SIZE, shuffle=True, collate_fn=_pad
        )
        self._model = _PaddedModel(data.features.shape[1], categories, settings)
        self._optimizer = torch.optim.Adam(self._model.parameters(), lr=settings.learning_rate)
        self._positive_weight = torch.full((categories,), settings.positive_weight)

    def epoch(self) -> float:
        """One pass over the users; returns the mean loss."""
        self._model.train()
        total = 0.0
        for features, mask, targets in self._loader:
            self._optimizer.zero_grad()
            logits = self._model(features, mask)
            loss = F.binary_cross_entropy_with_logits(logits, targets, pos_weight=self._positive_weight)
            loss.backward()
            self._optimizer.step()
            total += loss.item()
        return total / len(self._loader)


class _Sets(Dataset[Example]):
    """One user: features (n, K) of a random part of the items, and the union of their categories (D,)."""

    def __init__(self, data: InterestsData, categories: int, users: int) -> None:
        self._features = torch.from_numpy(data.features)
        self._data = data
        self._categories = categories
        self._users = users

    def __len__(self) -> int:
        return self._users

    def __getitem__(self, user: int) -> Example:
        items = torch.from_numpy(self._data.train[user])
        shown = items[torch.randperm(len(items))[: int(torch.randint(1, len(items) + 1, ()))]]
        target = torch.zeros(self._categories)
        for item in shown.tolist():
            target[torch.from_numpy(self._data.item_categories[item])] = 1
        return self._features[shown].float(), target


def _pad(examples: list[Example]) -> Batch:
    """Features (U, longest, K), mask (U, longest) of what is real, targets (U, D)."""
    features = pad_sequence([features for features, _ in examples], batch_first=True)
    lengths = torch.tensor([len(features) for features, _ in examples])
    mask = torch.arange(features.shape[1])[None] < lengths[:, None]
    return features, mask, torch.stack([target for _, target in examples])


class _PaddedModel(nn.Module):
    def __init__(self, size: int, categories: int, settings: InterestsSettings) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.zeros(size))
        self.to_query = nn.Linear(size, size)
        self.gating = ContextGating(size)
        self.head = Head(size, settings.hidden, categories, settings.dropout)
        self.scale = 1 / math.sqrt(size)

    def forward(self, features: Tensor, mask: Tensor) -> Tensor:
        first = self.attend(features, features @ self.query, mask)
        query = torch.tanh(self.to_query(first))
        logits: Tensor = self.head(self.gating(self.attend(features, (features @ query[:, :, None])[..., 0], mask)))
        return logits

    def attend(self, features: Tensor, scores: Tensor, mask: Tensor) -> Tensor:
        weights = torch.softmax((scores * self.scale).masked_fill(~mask, -math.inf), dim=1)  # (U, longest)
        return (weights[:, None] @ features)[:, 0]  # (U, K)
