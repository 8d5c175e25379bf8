"""Laws of prediction: a batch is its users one by one, and a set has no order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.tiny_model import FEATURES
from visualtaste.inference.chunks import user_chunks
from visualtaste.inference.taste_model import TasteModel
from visualtaste.types import Ragged, offsets_of

lengths = st.lists(st.integers(1, 12), min_size=1, max_size=12).map(lambda rows: np.array(rows, dtype=np.int64))
same_model = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@pytest.fixture(scope="module")
def model(tiny_model_folder: Path) -> TasteModel:
    return TasteModel.load(tiny_model_folder)


def sets(lengths: np.ndarray, seed: int) -> Ragged:
    features = np.random.default_rng(seed).normal(size=(int(lengths.sum()), FEATURES)).astype(np.float32)
    return Ragged(features, offsets_of(lengths))


@same_model
@given(lengths=lengths, seed=st.integers(0, 2**32), at_once=st.integers(1, 40))
def test_a_batch_equals_its_users_one_by_one(model: TasteModel, lengths: np.ndarray, seed: int, at_once: int) -> None:
    batch = sets(lengths, seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("visualtaste.inference.network._PHOTOS_AT_ONCE", at_once)
        together = model.predict(batch)
    for user, features in enumerate(batch):
        alone = model.predict(Ragged(features, np.array([0, len(features)])))
        own = slice(batch.offsets[user], batch.offsets[user + 1])
        np.testing.assert_allclose(together.probabilities[user], alone.probabilities[0], atol=1e-6)
        np.testing.assert_allclose(together.attention[own], alone.attention, atol=1e-6)


@same_model
@given(lengths=lengths, seed=st.integers(0, 2**32))
def test_the_order_of_photos_does_not_matter(model: TasteModel, lengths: np.ndarray, seed: int) -> None:
    batch = sets(lengths, seed)
    shuffled = np.lexsort((np.random.default_rng(seed).random(len(batch.values)), batch.segments))
    before = model.predict(batch)
    after = model.predict(Ragged(batch.values[shuffled], batch.offsets))
    np.testing.assert_allclose(after.probabilities, before.probabilities, atol=1e-6)
    np.testing.assert_allclose(after.attention, before.attention[shuffled], atol=1e-6)


@same_model
@given(lengths=lengths, seed=st.integers(0, 2**32))
def test_attention_of_each_user_sums_to_one(model: TasteModel, lengths: np.ndarray, seed: int) -> None:
    batch = sets(lengths, seed)
    shares = np.add.reduceat(model.predict(batch).attention, batch.offsets[:-1])
    np.testing.assert_allclose(shares, 1, atol=1e-6)


@given(lengths=st.lists(st.integers(0, 12), max_size=30), at_once=st.integers(1, 40))
def test_chunks_cover_all_users_once_and_are_as_large_as_allowed(lengths: list[int], at_once: int) -> None:
    offsets = offsets_of(np.array(lengths, dtype=np.int64))
    chunks = list(user_chunks(offsets, at_once))
    assert [user for chunk in chunks for user in range(len(lengths))[chunk]] == list(range(len(lengths)))
    for chunk in chunks:
        assert offsets[chunk.stop] - offsets[chunk.start] <= at_once or chunk.stop == chunk.start + 1
        assert chunk.stop == len(lengths) or offsets[chunk.stop + 1] - offsets[chunk.start] > at_once
