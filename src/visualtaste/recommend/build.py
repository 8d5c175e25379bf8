"""`visualtaste index`: the item index of a model, from the data set whose items are to be recommended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from visualtaste.artifact.manifest import ENCODER, INTERESTS, DataReference
from visualtaste.data.protocols import cut
from visualtaste.data.splits import split_users
from visualtaste.errors import DataError
from visualtaste.features.extract import extract
from visualtaste.inference.taste_model import TasteModel
from visualtaste.progress import Reporter, Silent
from visualtaste.recommend.folder import ItemIndex, write_items
from visualtaste.recommend.graph import stretches
from visualtaste.recommend.lessons import tuned_blend
from visualtaste.recommend.make import make_catalogue
from visualtaste.recommend.manifest import ItemsManifest
from visualtaste.recommend.purchases import Purchases
from visualtaste.recommend.query import Person, Query
from visualtaste.types import Ragged

if TYPE_CHECKING:  # data sets are read with polars, which recommending itself does not need
    from visualtaste.data.dataset import Dataset

_USUAL_USERS = 2000  # who say what is usual


def index_items(model: TasteModel, dataset: Dataset, reporter: Reporter | None = None) -> ItemIndex:
    """Make the index of all items with a usable photo and write it into the model's folder.

    What sells, what is bought together and what is usual is learned from training users, the blend from validation
    users; of test users nothing is read. Items without a usable photo are left out and counted.

    Raises DataError when no item has a usable photo, or the data set has none of the model's categories.
    """
    reporter = reporter or Silent()
    model.check_categories(dataset)
    store = extract(dataset, model.encoder, reporter=reporter).store
    kept = np.flatnonzero(store.done)
    split = split_users(dataset.user_ids, model.manifest.split)
    with reporter.task("Item index", total=3) as task:
        purchases = Purchases.of(dataset, kept)
        train = purchases.of_users(split.learners)
        features = np.asarray(store.matrix[kept])
        usual = _shown_by(train.sets)
        predictions = model.predict(usual, features).probabilities
        task.advance(note="items")
        catalogue = make_catalogue(
            ids=dataset.items["item_id"].gather(kept).to_list(),
            titles=dataset.items["title"].fill_null("").gather(kept).to_list(),
            categories=dataset.labels(model.categories).take(kept),
            features=features,
            purchases=train,
            predictions=predictions,
        )
        task.advance(note="blend")
        validation = purchases.of_users(split.validation).sets
        blend, tuning = tuned_blend(model, catalogue, validation, model.manifest.config.seed)
        people = (Person(features[rows].astype(np.float32), predictions[i], rows) for i, rows in enumerate(usual))
        stretch = stretches(np.stack([Query.of(person, catalogue, blend).vector for person in people]))
        task.advance(note="")
    manifest = ItemsManifest(
        categories=model.categories,
        dropped_categories=model.manifest.dropped_categories,
        preprocessing=model.manifest.preprocessing,
        feature_size=model.manifest.feature_size,
        data=DataReference(name=dataset.name, fingerprint=dataset.fingerprint),
        created_by=model.manifest.created_by,
        encoder=model.manifest.files[ENCODER],
        features_by=model.manifest.int8_digest if model.precision == "int8" else None,
        interests=model.manifest.files[INTERESTS],
        items=len(kept),
        left_out=len(dataset.items) - len(kept),
        product_count=len(np.unique(catalogue.products)),
        blend=blend,
        tuning=tuning,
    )
    return write_items(model.folder, manifest, catalogue, stretch)


def _shown_by(users: Ragged) -> Ragged:
    """The earlier halves of what training users have: what people typically show."""
    users = users.take(np.flatnonzero(users.lengths)[:_USUAL_USERS])
    if len(users) == 0:
        raise DataError("no training user has an item with a usable photo")
    return cut(users, (users.lengths + 1) // 2)[0]
