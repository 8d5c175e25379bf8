"""What every pooling promises, checked on all of them; the published four once more as plain loops."""

import numpy as np
import pytest
import torch

from visualtaste.config import PAPER_POOLINGS, POOLING_TITLES, InterestsSettings
from visualtaste.models.interests import InterestsModel
from visualtaste.models.segments import segments_of

K, D = 6, 5
LENGTHS = [3, 1, 4, 2]
OFFSETS = torch.tensor([0, 3, 4, 8, 10])

every_pooling = pytest.mark.parametrize("pooling", POOLING_TITLES)
published = pytest.mark.parametrize("pooling", PAPER_POOLINGS)
OTHER_GATINGS = ("attention2_gating_bn", "attention2_gating_tanh", "attention2_gating_output")


def make(pooling, **settings):
    """A small model in evaluation mode whose queries, gates and statistics are all away from where they start."""
    torch.manual_seed(7)
    model = InterestsModel(K, D, InterestsSettings(pooling=pooling, hidden=8, clusters=3, reduced=4, **settings))
    with torch.no_grad():
        for part in (model.pooling, model.gating, model.output_gating):
            for parameter in part.parameters():
                parameter.copy_(torch.randn(parameter.shape))
    model.standardise(torch.randn(K), torch.rand(K) + 0.5)
    return model.eval()


def photos(seed=0):
    return torch.randn(10, K, generator=torch.Generator().manual_seed(seed))


def pool(model, features, offsets=OFFSETS):
    return model.pooling(features, segments_of(offsets, features), len(offsets) - 1)


def softmax(scores):
    weights = np.exp(scores - scores.max())
    return weights / weights.sum()


def reference(model, pooling, x):
    """One user's pooled vector and attention by the formulas of the paper, photo by photo. x (n, K) float64."""
    parameters = {name: value.double().numpy() for name, value in model.state_dict().items()}
    scale = 1 / np.sqrt(K) if model.settings.scale_scores else 1.0
    if pooling == "average":
        return x.mean(axis=0), np.full(len(x), 1 / len(x))
    query = parameters.get("pooling.query", parameters.get("pooling.first.query"))
    attention = softmax(np.array([query @ photo * scale for photo in x]))
    pooled = sum(a * photo for a, photo in zip(attention, x, strict=True))
    if pooling != "attention":
        query = np.tanh(parameters["pooling.to_query.weight"] @ pooled + parameters["pooling.to_query.bias"])
        attention = softmax(np.array([query @ photo * scale for photo in x]))
        pooled = sum(a * photo for a, photo in zip(attention, x, strict=True))
    return pooled, attention


@published
@pytest.mark.parametrize("scale_scores", [True, False])
def test_equals_the_formulas_photo_by_photo(pooling, scale_scores):
    model = make(pooling, scale_scores=scale_scores)
    pooled, attention = pool(model, photos())
    for user, x in enumerate(photos().double().split(LENGTHS)):
        expected, weights = reference(model, pooling, x.numpy())
        np.testing.assert_allclose(pooled[user].detach(), expected, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(attention.detach()[OFFSETS[user] : OFFSETS[user + 1]], weights, rtol=1e-4, atol=1e-6)


@published
def test_attention_is_a_convex_combination(pooling):
    features = photos()
    pooled, attention = pool(make(pooling), features)
    assert (attention >= 0).all()
    for user, (weights, x) in enumerate(zip(attention.split(LENGTHS), features.split(LENGTHS), strict=True)):
        assert weights.sum().item() == pytest.approx(1)
        torch.testing.assert_close(weights @ x, pooled[user])
        assert (pooled[user] <= x.amax(0) + 1e-6).all()
        assert (pooled[user] >= x.amin(0) - 1e-6).all()


@every_pooling
def test_order_of_photos_does_not_matter(pooling):
    model, features = make(pooling), photos()
    order = torch.tensor([2, 0, 1, 3, 7, 5, 4, 6, 9, 8])  # within each user
    logits, attention = model(features, OFFSETS)
    shuffled_logits, shuffled_attention = model(features[order], OFFSETS)
    torch.testing.assert_close(shuffled_logits, logits)
    torch.testing.assert_close(shuffled_attention, attention[order])


@every_pooling
def test_batch_equals_single(pooling):
    model, features = make(pooling), photos()
    logits, attention = model(features, OFFSETS)
    for user, x in enumerate(features.split(LENGTHS)):
        alone, weights = model(x, torch.tensor([0, len(x)]))
        torch.testing.assert_close(alone[0], logits[user])
        torch.testing.assert_close(weights, attention[OFFSETS[user] : OFFSETS[user + 1]])


@every_pooling
def test_attention_is_shared_out_among_a_users_photos(pooling):
    model = make(pooling)
    pooled, attention = pool(model, photos())
    assert pooled.shape == (len(LENGTHS), model.pooling.pooled_size)
    assert attention.shape == (10,)
    assert (attention >= 0).all()
    for weights in attention.split(LENGTHS):
        assert weights.sum().item() == pytest.approx(1)


@every_pooling
def test_every_photo_twice_changes_nothing(pooling):
    model, x = make(pooling), photos()[:3]
    once, attention = pool(model, x, torch.tensor([0, 3]))
    twice, halves = pool(model, x.repeat(2, 1), torch.tensor([0, 6]))
    torch.testing.assert_close(twice, once)
    torch.testing.assert_close(halves, attention.repeat(2) / 2)


@pytest.mark.parametrize("pooling", [*PAPER_POOLINGS, *OTHER_GATINGS, "max"])
def test_one_photo_pools_to_itself(pooling):
    pooled, _ = pool(make(pooling), photos()[:1], torch.tensor([0, 1]))
    torch.testing.assert_close(pooled, photos()[:1])


@pytest.mark.parametrize("pooling", [*PAPER_POOLINGS, *OTHER_GATINGS, "deep_sets", "pma"])
def test_starts_as_the_average(pooling):
    features = photos()
    model = InterestsModel(K, D, InterestsSettings(pooling=pooling, hidden=8, zero_query=True))
    average, equal = pool(make("average"), features)
    pooled, attention = pool(model, features)
    assert torch.equal(pooled, average)
    assert torch.equal(attention, equal)


@every_pooling
def test_a_user_without_photos_is_refused(pooling):
    with pytest.raises(RuntimeError):
        make(pooling)(photos(), torch.tensor([0, 3, 10, 10]))


@every_pooling
def test_bfloat16_products_change_little(pooling):
    """Sums and softmaxes over photos stay in float32, whatever autocast does to the matrix products."""
    model = make(pooling)
    logits, attention = model(photos(), OFFSETS)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        rounded, weights = model(photos(), OFFSETS)
        pooled, _ = pool(model, photos())
    assert weights.dtype == pooled.dtype == torch.float32
    for part in weights.split(LENGTHS):
        assert part.sum().item() == pytest.approx(1, abs=1e-6)
    torch.testing.assert_close(weights, attention, rtol=0, atol=0.05)
    torch.testing.assert_close(rounded.float(), logits, rtol=0.1, atol=0.1)


@every_pooling
def test_huge_features_stay_finite(pooling):
    pooled, attention = pool(make(pooling, scale_scores=False), photos() * 1e15)
    assert pooled.isfinite().all()
    assert attention.isfinite().all()


@every_pooling
def test_every_parameter_learns(pooling):
    model = make(pooling)
    logits, _ = model(photos(), OFFSETS)
    logits.square().sum().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().sum() > 0, name


@pytest.mark.parametrize("pooling", [name for name in POOLING_TITLES if name not in ("average", "max")])
def test_pooling_learns_from_where_it_starts(pooling):
    """Starting at zero must not be a place that no gradient leads away from."""
    torch.manual_seed(0)
    model = InterestsModel(K, D, InterestsSettings(pooling=pooling, hidden=8, zero_query=True))
    started = {name: parameter.detach().clone() for name, parameter in model.pooling.named_parameters()}
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(2):  # the first query of two blocks is seen only once W has left zero
        optimizer.zero_grad()
        model(photos(), OFFSETS)[0].square().sum().backward()
        optimizer.step()
    for name, parameter in model.pooling.named_parameters():
        assert not torch.equal(parameter, started[name]), name
