"""Item-based nearest neighbours (Sarwar et al., WWW 2001), by the library implicit."""

from __future__ import annotations

import warnings
from typing import Literal

import numpy as np
from pydantic import Field

from visualtaste.baselines.collaborative import Collaborative, CollaborativeMethod
from visualtaste.baselines.interactions import Columns, Csr
from visualtaste.baselines.libraries import compare_library
from visualtaste.baselines.method import Lesson
from visualtaste.types import Float32

Weighting = Literal["cosine", "tfidf", "bm25"]


class ItemKnn(CollaborativeMethod):
    """A column's score is the sum of its similarities to the user's columns, of whose neighbours it must be one."""

    neighbours: int = Field(100, ge=1, description="kept of each column, itself among them")
    weighting: Weighting = "cosine"

    def fit(self, lesson: Lesson, seed: int) -> FittedItemKnn:
        columns = Columns.had(self.of, lesson)
        similarity = similarities(columns.matrix(lesson.train), self.neighbours, self.weighting)
        return FittedItemKnn(lesson, columns, similarity, self.popularity)


class FittedItemKnn(Collaborative):
    def __init__(self, lesson: Lesson, columns: Columns, similarity: Csr, popularity: float) -> None:
        super().__init__(lesson, columns, popularity)
        self._similarity = similarity  # (C, C), a row a column's neighbours
        self.parameters = similarity.nnz

    def column_scores(self, known: Csr) -> Float32:
        scores: Float32 = (known @ self._similarity).toarray()
        return scores


def similarities(interactions: Csr, neighbours: int, weighting: Weighting) -> Csr:
    """Similarities of the columns of `interactions` (U, C), each row's highest `neighbours`: sparse (C, C), none < 0.

    cosine of the columns; of the columns after tf-idf, where users who have much count less; inner product after
    BM25 (k1 1.2, b 0.75).
    """
    with compare_library("item-kNN"):
        from implicit.nearest_neighbours import BM25Recommender, CosineRecommender, TFIDFRecommender

        model = {"cosine": CosineRecommender, "tfidf": TFIDFRecommender, "bm25": BM25Recommender}[weighting](
            K=neighbours, num_threads=1
        )
        # tf-idf gives a user who has nearly all columns no weight: columns that only such users have become 0 / 0
        with np.errstate(invalid="ignore"), warnings.catch_warnings():
            # of what the library hands to itself
            warnings.filterwarnings("ignore", message="Method expects CSR input")
            model.fit(interactions, show_progress=False)
    similarity = model.similarity.astype(np.float32)
    similarity.data = np.nan_to_num(similarity.data, nan=0.0)
    return similarity
