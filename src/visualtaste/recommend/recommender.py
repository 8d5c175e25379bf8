"""The recommender: photos or known items in, items out, through a model folder with an item index."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from visualtaste.errors import DataError, EmptySetError, nearest
from visualtaste.inference.photos import EncodedPhotos, Photo, encode_photos
from visualtaste.inference.taste_model import TasteModel
from visualtaste.recommend.explain import ItemExplanation, explain_items
from visualtaste.recommend.folder import ItemIndex, read_items
from visualtaste.recommend.query import Person, Query
from visualtaste.recommend.ranking import Ranked, Wish, rank
from visualtaste.recommend.results import Recommendation, Recommendations
from visualtaste.recommend.same_photo import same_photo
from visualtaste.recommend.weights import PARTS
from visualtaste.settings import parse
from visualtaste.types import Bool, Float32, Int64, Ragged

_CLOSEST = 4  # items among which a photo is looked for
_FEW_NAMES = 20  # that a message can list


@dataclass(frozen=True, eq=False)
class Recommender:
    """A model and its item index."""

    model: TasteModel
    index: ItemIndex

    @classmethod
    def load(cls, folder: Path | str) -> Recommender:
        """Open a model folder with its index; raises ArtifactError when anything in either is not as it was written."""
        model = TasteModel.load(folder)
        index = read_items(model.folder, model.manifest)
        # as the items' photos were encoded: in another precision a photo of an item is not recognised
        return cls(replace(model, precision=index.manifest.precision), index)

    def recommend(
        self,
        photos: Iterable[Photo] = (),
        *,
        known: Sequence[str] = (),
        k: int = 20,
        category: str | None = None,
        diversity: float = 0.0,
        variants: bool = False,
        skip_unreadable: bool = False,
    ) -> Recommendations:
        """Items for the person who has what the photos show, and the `known` items of the index; best first.

        Photos of items of the index are recognised, so an item is known by its photo as by its id. Nothing known is
        recommended, and of each product one item, unless `variants`. With a `category`, only its items come out;
        `diversity` above 0 trades score for items unlike each other. At most `k` come out, fewer where the
        catalogue or the category has fewer.

        Raises EmptySetError when neither a photo nor an item is given, ImageError on a photo that cannot be read
        (with `skip_unreadable` it is listed in the result), DataError on an unknown item or category, ConfigError
        on values out of range.
        """
        wish = parse(Wish, {"k": k, "diversity": diversity, "variants": variants}, "recommend")
        catalogue, allowed = self.index.catalogue, self._allowed(category)
        named = np.unique(catalogue.rows_of(list(known)))
        encoded = encode_photos(self.model.encoder, photos, skip_unreadable)
        recognised = self.recognise(encoded.features)
        unphotographed = np.setdiff1d(named, recognised)
        features = np.concatenate([encoded.features, catalogue.features[unphotographed].astype(np.float32)])
        if len(features) == 0:
            raise EmptySetError(_nothing_shown(encoded))
        owned = np.union1d(named, recognised[recognised >= 0])
        everyone = np.array([0, len(features)], dtype=np.int64)
        ranked = self.rank(Ragged(features, everyone), Ragged.from_rows([owned]), wish, allowed)[0]
        shows = np.concatenate([recognised, unphotographed])
        return Recommendations(
            items=self._items(ranked),
            photos=encoded.read,
            known=tuple(catalogue.ids[row] for row in owned),
            skipped=encoded.skipped,
            unphotographed=tuple(catalogue.ids[row] for row in unphotographed),
            explained=partial(self.explain, features, shows, ranked.rows),
        )

    def rank(
        self, sets: Ragged, known: Ragged | None = None, wish: Wish | None = None, allowed: Bool | None = None
    ) -> list[Ranked]:
        """Rows of the index for many people at once, best first.

        `sets` are the features of each one's photos (T, K), `known` the rows of the index that each one has among
        them. Raises EmptySetError naming the row of a person without photos, DataError on features of another width.
        """
        probabilities = self.model.predict(sets).probabilities
        nothing = np.empty(0, dtype=np.int64)
        queries = [
            self._query(Person(features, probabilities[user], nothing if known is None else known[user]))
            for user, features in enumerate(sets)
        ]
        return rank(self.index.search, queries, wish or Wish(), allowed)

    def explain(self, features: Float32, shows: Int64, items: Int64) -> tuple[ItemExplanation, ...]:
        """Why one person's items, given by their rows (i,), have their scores; see `explain_items`.

        `features` (n, K) are of the things shown, and `shows` (n,) says which row of the index each of them is, -1
        where none.
        """
        probabilities = self.model.predict(Ragged(features, np.array([0, len(features)]))).probabilities[0]
        query = self._query(Person(features, probabilities, shows[shows >= 0]))
        return explain_items(query, self.model.attribute(features), shows, items)

    def _query(self, person: Person) -> Query:
        return Query.of(person, self.index.catalogue, self.index.manifest.blend)

    def recognise(self, features: Float32) -> Int64:
        """The item whose very photo each photo is, by features (n, K): its row, or -1 (n,)."""
        catalogue = self.index.catalogue
        rows = np.full(len(features), -1, dtype=np.int64)
        if len(features) == 0:
            return rows
        shown = catalogue.space(features)
        vectors = np.zeros((len(shown), catalogue.layout.width), dtype=np.float32)
        vectors[:, catalogue.layout.visual] = shown
        found = self.index.search.search(vectors, min(_CLOSEST, len(catalogue)))[1]
        for photo, near in enumerate(found):
            near = np.sort(near[near >= 0])
            same = same_photo(
                catalogue, near, catalogue.codes(near).visual, features[photo : photo + 1], shown[photo : photo + 1]
            )[:, 0]
            if same.any():
                rows[photo] = near[same.argmax()]
        return rows

    def _allowed(self, category: str | None) -> Bool | None:
        if category is None:
            return None
        categories = self.model.categories
        if category not in categories:
            if category in self.model.manifest.dropped_categories:
                raise DataError(
                    f"the category {category!r} is too common to tell people apart: the model leaves it out"
                )
            raise DataError(f"there is no category {category!r}{_nearest(category, categories)}")
        allowed = np.zeros(len(self.index.catalogue), dtype=np.bool_)
        allowed[self.index.catalogue.items_in(categories.index(category))] = True
        return allowed

    def _items(self, ranked: Ranked) -> tuple[Recommendation, ...]:
        return tuple(
            self._item(int(row), parts, float(score))
            for row, parts, score in zip(ranked.rows, ranked.parts, ranked.scores, strict=True)
        )

    def _item(self, row: int, parts: Float32, score: float) -> Recommendation:
        catalogue = self.index.catalogue
        return Recommendation(
            item_id=catalogue.ids[row],
            title=catalogue.titles[row] or None,
            categories=tuple(self.model.categories[index] for index in catalogue.categories[row]),
            score=score,
            parts=dict(zip(PARTS, parts.tolist(), strict=True)),
        )


def _nothing_shown(encoded: EncodedPhotos) -> str:
    first = next((f"none can be read: {photo.message}" for photo in encoded.skipped), "none was given")
    return f"a recommendation needs at least one photo or known item, {first}"


def _nearest(name: str, known: Sequence[str]) -> str:
    """How the message about an unknown category ends: with the nearest; all of them only where they are few."""
    ending = nearest(name, known)
    return ending if "did you mean" in ending or len(known) <= _FEW_NAMES else f" among the model's {len(known)}"
