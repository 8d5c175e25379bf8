import numpy as np
import pytest
import torch

from visualtaste.models.segments import segment_max, segment_softmax, segment_sum, segments_of

OFFSETS = torch.tensor([0, 3, 4, 6])
SEGMENTS = torch.tensor([0, 0, 0, 1, 2, 2])


def test_segments_count_the_users_that_have_begun():
    assert segments_of(OFFSETS, torch.zeros(6, 2)).tolist() == SEGMENTS.tolist()


def test_one_user_owns_every_photo():
    assert segments_of(torch.tensor([0, 2]), torch.zeros(2, 1)).tolist() == [0, 0]


def test_a_user_without_photos_at_the_end_is_refused_rather_than_merged():
    with pytest.raises(RuntimeError):
        segments_of(torch.tensor([0, 2, 2]), torch.zeros(2, 1))


def test_sum_by_hand():
    values = torch.tensor([[1.0, 10], [2, 20], [3, 30], [4, 40], [5, 50], [6, 60]])
    assert segment_sum(values, SEGMENTS, 3).tolist() == [[6, 60], [4, 40], [11, 110]]


def test_maximum_by_hand():
    values = torch.tensor([[-1.0, 10], [-2, 30], [-3, 20], [-4, 40], [5, 50], [6, -60]])
    assert segment_max(values, SEGMENTS, 3).tolist() == [[-1, 30], [-4, 40], [6, 50]]
    assert segment_max(values[:, 0], SEGMENTS, 3).tolist() == [-1, -4, 6]


def test_softmax_of_columns_is_that_of_each_alone():
    scores = torch.randn(6, 2, generator=torch.Generator().manual_seed(0))
    alone = torch.stack([segment_softmax(column, SEGMENTS, 3) for column in scores.unbind(1)], 1)
    torch.testing.assert_close(segment_softmax(scores, SEGMENTS, 3), alone)


def test_softmax_by_hand():
    scores = torch.tensor([0.0, np.log(2), np.log(3), 7.0, 1.0, 1.0])
    expected = [1 / 6, 2 / 6, 3 / 6, 1.0, 0.5, 0.5]
    np.testing.assert_allclose(segment_softmax(scores, SEGMENTS, 3), expected, rtol=1e-6)


def test_softmax_of_huge_scores_stays_finite():
    scores = torch.tensor([1e30, 0.0, -1e30, -1e30, 3e38, 3e38])
    assert segment_softmax(scores, SEGMENTS, 3).tolist() == [1, 0, 0, 1, 0.5, 0.5]


def test_softmax_gradient_is_that_of_torch():
    scores = torch.randn(6, generator=torch.Generator().manual_seed(0), requires_grad=True)
    weights = torch.arange(6.0)
    (ours,) = torch.autograd.grad((segment_softmax(scores, SEGMENTS, 3) * weights).sum(), scores)
    per_user = [torch.softmax(part, 0) for part in scores.split([3, 1, 2])]
    (theirs,) = torch.autograd.grad((torch.cat(per_user) * weights).sum(), scores)
    torch.testing.assert_close(ours, theirs)
