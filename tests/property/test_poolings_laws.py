"""Laws of ragged pooling for any sizes and any scores."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from visualtaste.config import POOLING_TITLES, InterestsSettings
from visualtaste.models.interests import InterestsModel
from visualtaste.models.pooling.base import attend
from visualtaste.models.segments import segment_softmax, segments_of
from visualtaste.types import offsets_of

lengths = st.lists(st.integers(1, 6), min_size=1, max_size=5)


@st.composite
def batches(draw):
    """Scores (T,), segments (T,) and the users' lengths."""
    sizes = draw(lengths)
    offsets = torch.from_numpy(offsets_of(np.array(sizes)))
    scores = draw(st.lists(st.floats(-50, 50, width=32), min_size=sum(sizes), max_size=sum(sizes)))
    return torch.tensor(scores), segments_of(offsets, torch.zeros(sum(sizes))), sizes


@given(batches())
def test_softmax_is_that_of_each_user_alone(batch):
    scores, segments, sizes = batch
    alone = torch.cat([torch.softmax(part, 0) for part in scores.split(sizes)])
    torch.testing.assert_close(segment_softmax(scores, segments, len(sizes)), alone, rtol=1e-5, atol=1e-7)


@given(batches(), st.floats(-100, 100, width=16))
def test_a_constant_added_to_a_users_scores_changes_nothing(batch, constant):
    scores, segments, sizes = batch
    shifted = segment_softmax(scores + constant, segments, len(sizes))
    torch.testing.assert_close(shifted, segment_softmax(scores, segments, len(sizes)), rtol=1e-3, atol=1e-4)


@given(batches())
def test_pooled_lies_between_the_photos(batch):
    scores, segments, sizes = batch
    photos = torch.arange(len(scores), dtype=torch.float32)[:, None]
    pooled, attention = attend(photos, scores, segments, len(sizes))
    torch.testing.assert_close(torch.stack([part.sum() for part in attention.split(sizes)]), torch.ones(len(sizes)))
    for value, x in zip(pooled[:, 0], photos.split(sizes), strict=True):
        assert x.min() - 1e-4 <= value <= x.max() + 1e-4


@pytest.mark.parametrize("pooling", POOLING_TITLES)
@settings(max_examples=15)
@given(lengths, st.integers(0, 2**31 - 1))
def test_neither_order_nor_company_matters(pooling, sizes, seed):
    """A user's answer is the same in any batch, whatever the order of the photos."""
    torch.manual_seed(seed)
    model = InterestsModel(4, 3, InterestsSettings(pooling=pooling, hidden=5, clusters=2, reduced=3, zero_query=False))
    model.eval()
    features = torch.randn(sum(sizes), 4)
    logits, attention = model(features, torch.from_numpy(offsets_of(np.array(sizes))))
    for row, weights, x in zip(logits, attention.split(sizes), features.split(sizes), strict=True):
        order = torch.randperm(len(x))
        alone, shuffled = model(x[order], torch.tensor([0, len(x)]))
        torch.testing.assert_close(alone[0], row, rtol=1e-3, atol=1e-4)
        torch.testing.assert_close(shuffled, weights[order], rtol=1e-3, atol=1e-5)
