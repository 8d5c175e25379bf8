"""One fold, ready to be learned from: its encoder, the features, the item classifier's word on every item."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from visualtaste.artifact.folder import read_manifest
from visualtaste.artifact.manifest import ENCODER, ITEM_CLASSIFIER, EncoderManifest
from visualtaste.baselines.method import Catalogue, Lesson
from visualtaste.config import Learned, Protocol, TasteConfig
from visualtaste.data.dataset import Dataset
from visualtaste.data.splits import split_users
from visualtaste.evaluation.exam import AskedUsers
from visualtaste.features.encoder import OnnxEncoder
from visualtaste.features.extract import extract
from visualtaste.features.store import FeatureStore
from visualtaste.files import atomic_path, digest_text
from visualtaste.inference.item_classifier import OnnxItemClassifier
from visualtaste.progress import Reporter
from visualtaste.training.fit import fit_encoder
from visualtaste.types import Int64, Ragged

_ITEMS_AT_ONCE = 8192


@dataclass(frozen=True)
class FoldFolder:
    """Where a prepared fold lies; all that a process needs to load it."""

    dataset: Path
    folder: Path
    number: int
    key: str  # digest of everything that results in this fold depend on, beside the method

    @property
    def encoder(self) -> Path:
        """The encoder folder of stage 1."""
        return self.folder / "encoder"

    @property
    def item_probabilities(self) -> Path:
        """What stage 1's head makes of every item: (N, D) float32, zero where an item has no usable photo."""
        return self.folder / f"item_probabilities-{self.key[:16]}.npy"


@dataclass(frozen=True, eq=False)
class Fold:
    """A loaded fold."""

    dataset: Dataset
    manifest: EncoderManifest
    store: FeatureStore
    catalogue: Catalogue
    train: Ragged
    validation: Ragged
    validation_users: Int64
    test_users: Int64

    def lesson(self, learned: Learned) -> Lesson:
        """What methods may learn from, when they are taught the given protocol."""
        return Lesson(self.catalogue, self.train, self.validation, learned)

    def ask(self, protocol: Protocol, users: Int64) -> AskedUsers:
        """The questions of a protocol to `validation_users` or `test_users`."""
        return AskedUsers.of(protocol, users, self.dataset, self.store, self.manifest.categories)


def prepare_fold(dataset: Dataset, config: TasteConfig, number: int, folder: Path, reporter: Reporter) -> FoldFolder:
    """Train the fold's encoder, extract all features, classify all items; what is there already is kept."""
    config = config.updated({"split": {"fold": number}})
    encoder_folder = fit_encoder(dataset, config, folder / "encoder", reporter)
    manifest = read_manifest(encoder_folder, EncoderManifest)
    networks = [manifest.files[name] for name in (ENCODER, ITEM_CLASSIFIER)]
    key = digest_text(dataset.fingerprint, manifest.split.model_dump_json(), *networks)
    fold = FoldFolder(dataset.folder, folder, number, key)
    store = _store(dataset, encoder_folder, manifest, reporter)
    if not fold.item_probabilities.exists():
        classifier = OnnxItemClassifier(
            encoder_folder / ITEM_CLASSIFIER, manifest.feature_size, len(manifest.categories)
        )
        _classify(classifier, store, len(manifest.categories), fold.item_probabilities)
    return fold


def load_fold(fold: FoldFolder, reporter: Reporter) -> Fold:
    """Open a prepared fold; features and item probabilities stay on disk until they are read."""
    dataset = Dataset.read(fold.dataset)
    manifest = read_manifest(fold.encoder, EncoderManifest)
    store = _store(dataset, fold.encoder, manifest, reporter)
    split = split_users(dataset.user_ids, manifest.split)
    catalogue = Catalogue(
        features=store.matrix,
        categories=dataset.labels(manifest.categories),
        width=len(manifest.categories),
        probabilities=np.load(fold.item_probabilities, mmap_mode="r"),
    )
    _, train = store.nonempty(dataset.user_items.take(split.train))
    _, validation = store.nonempty(dataset.user_items.take(split.validation))
    return Fold(dataset, manifest, store, catalogue, train, validation, split.validation, split.test)


def _store(dataset: Dataset, encoder_folder: Path, manifest: EncoderManifest, reporter: Reporter) -> FeatureStore:
    return extract(dataset, OnnxEncoder(encoder_folder / ENCODER, manifest.preprocessing), reporter=reporter).store


def _classify(classifier: OnnxItemClassifier, store: FeatureStore, categories: int, path: Path) -> None:
    with atomic_path(path) as partial:
        shape = (len(store.matrix), categories)
        found = np.lib.format.open_memmap(partial, mode="w+", dtype=np.float32, shape=shape)
        done = np.flatnonzero(store.done)
        for start in range(0, len(done), _ITEMS_AT_ONCE):
            rows = done[start : start + _ITEMS_AT_ONCE]
            found[rows] = classifier.probabilities(store.rows(rows))
        found.flush()
