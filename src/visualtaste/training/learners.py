"""Who and what a training learns from: the split, the categories that are kept, the items of each part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from visualtaste.config import SplitSettings
from visualtaste.data.dataset import Dataset
from visualtaste.data.splits import UserSplit, common_categories, split_users
from visualtaste.errors import DataError
from visualtaste.training.finetune import PhotoData
from visualtaste.types import Bool, Int64, Ragged


@dataclass(frozen=True, eq=False)
class Learners:
    """A data set seen through a split: the D categories to learn, and labels in terms of them."""

    dataset: Dataset
    split: UserSplit
    categories: tuple[str, ...]  # (D,)
    dropped: tuple[str, ...]  # owned by too many training users to tell them apart
    labels: Ragged  # each item's categories as indices into `categories`: ragged (N, ·)

    @classmethod
    def of(cls, dataset: Dataset, settings: SplitSettings) -> Learners:
        """Split the users and drop the categories that too many of the training users own.

        Raises DataError when a part is left without users, or no category is left.
        """
        split = split_users(dataset.user_ids, settings)
        everything = dataset.categories
        common = common_categories(
            dataset.user_items.take(split.train), dataset.item_categories, len(everything), settings.max_category_share
        )
        kept = np.setdiff1d(np.arange(len(everything)), common)
        if len(kept) == 0:
            raise DataError(
                f"{dataset.folder}: more than {settings.max_category_share:.0%} of the training users own "
                f"each of the {len(everything)} categories: raise split.max_category_share"
            )
        categories = tuple(everything[index] for index in kept)
        return cls(dataset, split, categories, tuple(everything[index] for index in common), dataset.labels(categories))

    def photos(self) -> PhotoData:
        """The items of stage 1's users; those of validation users that no training user has only measure."""
        train = self._labelled_items(self.split.encoder)
        validation = np.setdiff1d(self._labelled_items(self.split.validation), train)
        return PhotoData(self.dataset.image_paths, self.labels, len(self.categories), train, validation)

    def _labelled_items(self, users: Int64) -> Int64:
        """Distinct items of the given users that have a photo and a category."""
        items: Int64 = np.unique(self.dataset.user_items.take(users).values)
        has_photo: Bool = self.dataset.image_paths.images.is_not_null().to_numpy()
        return items[has_photo[items] & (self.labels.lengths[items] > 0)]
