import numpy as np

from support.pooled_sets import SEGMENTS, K, numbers, photos, scattered, users
from visualtaste.models.pooling.deep_sets import DeepSets


def test_is_the_mean_of_phi_photo_by_photo():
    pooling = scattered(DeepSets(K, reduced=4))
    pooled, attention = pooling(photos(), SEGMENTS, 3)
    w = numbers(pooling)

    def phi(photo):
        hidden = np.maximum(w["narrow.weight"] @ photo + w["narrow.bias"], 0)
        return photo + w["widen.weight"] @ hidden

    expected = [sum(phi(photo) for photo in x) / len(x) for x in users(photos())]
    np.testing.assert_allclose(pooled.detach(), expected, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(attention, [1 / 3] * 3 + [1] + [1 / 4] * 4, rtol=1e-6)
