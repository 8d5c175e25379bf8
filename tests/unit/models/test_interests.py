import math

import pytest
import torch

from visualtaste.config import InterestsSettings, TasteConfig
from visualtaste.models.interests import InterestsModel
from visualtaste.training.interests_run import make_optimizer

K, D = 100, 4


def make(settings):
    torch.manual_seed(0)
    return InterestsModel(K, D, settings)


def test_the_papers_preset_starts_as_published():
    settings = TasteConfig.preset("paper").interests
    model = make(settings)
    gate = model.gating.gate
    assert gate.bias.abs().max().detach() == 0
    assert gate.weight.detach().std() * math.sqrt(K) == pytest.approx(1, abs=0.05)
    assert model.pooling.first.query.detach().norm() == pytest.approx(1, abs=0.2)  # N(0, 1/K), not zero
    assert model.pooling.first.scale == 1
    assert settings.feature_dropout == 0
    assert {group["lr"] for group in make_optimizer(model, settings).param_groups} == {1e-3}


def test_by_default_attention_starts_at_the_average_with_gates_open_and_learns_slower():
    settings = InterestsSettings()
    model = make(settings)
    assert all(parameter.abs().max().detach() == 0 for parameter in model.pooling.parameters())
    assert model.pooling.first.scale == pytest.approx(1 / math.sqrt(K))
    assert (model.gating(torch.ones(1, K)) > 0.8).all()
    attention, rest = make_optimizer(model, settings).param_groups
    assert attention["lr"] == pytest.approx(rest["lr"] * settings.attention_rate)
    assert len(attention["params"]) + len(rest["params"]) == len(list(model.parameters()))


def test_standardised_features_have_zero_mean_and_unit_variance():
    model = make(InterestsSettings(pooling="average"))
    photos = 5 + 3 * torch.randn(1000, K)
    model.standardise(photos.mean(0), photos.std(0))
    seen = (photos - model.feature_mean) * model.feature_scale
    torch.testing.assert_close(seen.mean(0), torch.zeros(K), atol=1e-4, rtol=0)
    torch.testing.assert_close(seen.std(0), torch.ones(K))


@pytest.mark.parametrize(
    ("pooling", "scores"),
    [
        ("deep_sets", set()),
        ("netvlad", set()),
        ("pma", {"pooling.keys"}),
        ("category_attention", {"pooling.query.weight"}),
        ("attention2_gating_output", {"pooling.first.query", "pooling.to_query.weight", "pooling.to_query.bias"}),
    ],
)
def test_only_what_scores_photos_learns_at_the_rate_of_attention(pooling, scores):
    settings = InterestsSettings(pooling=pooling)
    model = make(settings)
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    groups = make_optimizer(model, settings).param_groups
    learns = {names[id(parameter)]: group["lr"] for group in groups for parameter in group["params"]}
    assert learns.keys() == set(names.values())
    slow = settings.learning_rate * settings.attention_rate
    assert {name for name, rate in learns.items() if rate == pytest.approx(slow)} == scores


def test_output_gating_comes_after_the_head_and_before_the_weight_is_taken_off():
    settings = InterestsSettings(pooling="attention2_gating_output", positive_weight=36)
    model = make(settings).eval()
    photos, offsets = torch.randn(3, K), torch.tensor([0, 1, 3])
    logits, _ = model(photos, offsets)
    before = []
    model.head.register_forward_hook(lambda module, inputs, output: before.append(output))
    model(photos, offsets)
    p = torch.sigmoid(before[0])
    gates = torch.sigmoid(model.output_gating.gate(p))
    torch.testing.assert_close(torch.sigmoid(logits), gates * p)
    torch.testing.assert_close(model.predict(photos, offsets)[0], torch.sigmoid(logits - math.log(36)))


def test_statistics_of_clusters_are_as_many_for_the_head_whatever_their_order():
    sizes = {name: make(InterestsSettings(pooling=name)).pooling.pooled_size for name in ("bow", "netvlad", "netfv")}
    assert sizes == {"bow": 16 * 128, "netvlad": 16 * 128, "netfv": 16 * 128}
