import torch

from support.pooled_sets import LENGTHS, SEGMENTS, K, photos, users
from visualtaste.models.pooling.maximum import Maximum


def test_every_entry_is_the_largest_of_the_users_photos():
    pooled, attention = Maximum(K)(photos(), SEGMENTS, 3)
    for row, shares, x in zip(pooled, attention.split(LENGTHS), users(photos()), strict=True):
        for entry in range(K):
            assert row[entry].item() == max(float(photo[entry]) for photo in x)
        won = [sum(photo[entry] == max(other[entry] for other in x) for entry in range(K)) / K for photo in x]
        torch.testing.assert_close(shares, torch.tensor(won, dtype=torch.float32))


def test_photos_that_tie_share_the_entry():
    features = torch.tensor([[1.0, 5.0], [1.0, 2.0], [0.0, 5.0]])
    pooled, attention = Maximum(2)(features, torch.zeros(3, dtype=torch.int64), 1)
    assert pooled.tolist() == [[1, 5]]
    assert attention.tolist() == [0.5, 0.25, 0.25]


def test_gradient_is_that_of_torch_even_where_photos_tie():
    features = photos()
    features[1] = features[0]
    features[5, :3] = features[4, :3] = 9.0
    features.requires_grad_()
    weights = torch.arange(3.0 * K).view(3, K)
    (ours,) = torch.autograd.grad((Maximum(K)(features, SEGMENTS, 3)[0] * weights).sum(), features)
    largest = torch.stack([part.amax(0) for part in features.split(LENGTHS)])
    (theirs,) = torch.autograd.grad((largest * weights).sum(), features)
    torch.testing.assert_close(ours, theirs)
