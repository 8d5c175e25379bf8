import numpy as np
import torch

from visualtaste.models.gating import BatchNormGating, ContextGating, OutputGating, TanhGating
from visualtaste.models.losses import calibrated_logits


def test_gate_is_the_published_formula():
    gating = ContextGating(2)
    with torch.no_grad():
        gating.gate.weight.copy_(torch.tensor([[1.0, 2.0], [0.0, -1.0]]))
        gating.gate.bias.copy_(torch.tensor([0.5, 0.0]))
    x = np.array([[3.0, -1.0]])
    expected = x / (1 + np.exp(-np.array([[1 * 3 - 2 + 0.5, 1.0]])))
    np.testing.assert_allclose(gating(torch.tensor(x, dtype=torch.float32)).detach(), expected, rtol=1e-6)


def test_weights_start_as_published():
    torch.manual_seed(0)
    gate = ContextGating(400).gate
    assert abs(float(gate.weight.detach().std()) * 20 - 1) < 0.01
    assert float(gate.bias.detach().abs().max()) == 0


def set_gate(linear, weight, bias=None):
    with torch.no_grad():
        linear.weight.copy_(torch.tensor(weight))
        if bias is not None:
            linear.bias.copy_(torch.tensor(bias))


def sigmoid(x):
    return 1 / (1 + np.exp(-np.asarray(x, dtype=np.float64)))


def test_tanh_takes_the_sigmoids_place():
    gating = TanhGating(2)
    set_gate(gating.gate, [[1.0, 2.0], [0.0, -1.0]], [0.5, 0.0])
    expected = [[3 * np.tanh(1.5), -np.tanh(1.0)]]
    np.testing.assert_allclose(gating(torch.tensor([[3.0, -1.0]])).detach(), expected, rtol=1e-6)


def batch_norm_gating():
    """W x = (a + b, 2 b), factors 2 and 1, biases 0 and 3."""
    gating = BatchNormGating(2)
    set_gate(gating.gate, [[1.0, 1.0], [0.0, 2.0]])
    set_gate(gating.norm, [2.0, 1.0], [0.0, 3.0])
    return gating


def test_batch_norm_takes_the_batch_in_training():
    gating = batch_norm_gating()
    x = np.array([[1.0, 2.0], [3.0, 4.0]])  # W x = (3, 4) and (7, 8): means 5 and 6, variances 4 and 4
    expected = x * sigmoid([[-2, 2], [2, 4]])
    np.testing.assert_allclose(gating(torch.tensor(x, dtype=torch.float32)).detach(), expected, rtol=1e-5)


def test_batch_norm_takes_running_statistics_in_evaluation():
    gating = batch_norm_gating().eval()
    gating.norm.running_mean.copy_(torch.tensor([1.0, 2.0]))
    gating.norm.running_var.copy_(torch.tensor([4.0, 16.0]))
    expected = np.array([[1.0, 2.0]]) * sigmoid([[2 * (3 - 1) / 2, (4 - 2) / 4 + 3]])
    np.testing.assert_allclose(gating(torch.tensor([[1.0, 2.0]])).detach(), expected, rtol=1e-5)


def test_a_batch_of_one_user_trains_on_running_statistics():
    gating = batch_norm_gating()
    x = torch.tensor([[1.0, 2.0]])
    trained = gating(x)
    torch.testing.assert_close(trained, gating.eval()(x))
    trained.sum().backward()
    assert gating.norm.weight.grad.abs().sum() > 0


def test_output_gate_multiplies_probabilities():
    gating = OutputGating(2, positive_weight=36.0)
    set_gate(gating.gate, [[1.0, -2.0], [0.5, 3.0]], [0.25, -1.0])
    z = np.array([[0.0, 1.5], [-4.0, 2.0]])
    p = sigmoid(z)
    gates = sigmoid([[a - 2 * b + 0.25, 0.5 * a + 3 * b - 1] for a, b in p])
    out = gating(torch.tensor(z, dtype=torch.float32)).detach()
    np.testing.assert_allclose(sigmoid(out), gates * p, rtol=1e-5)


def test_output_gate_is_finite_for_extreme_logits_and_learns_from_them():
    gating = OutputGating(3, positive_weight=1.0)
    set_gate(gating.gate, [[0.0] * 3] * 3, [200.0, 0.0, -200.0])
    z = torch.tensor([[-200.0, -200.0, -200.0], [200.0, 200.0, 200.0]], requires_grad=True)
    out = gating(z)
    np.testing.assert_allclose(out.detach(), [[-200, -200 - np.log(2), -400], [200 - np.log(2), 0, -200]], atol=1e-3)
    out.sum().backward()
    assert z.grad.isfinite().all()


def test_output_gate_stays_in_float32_under_autocast():
    gating = OutputGating(3, positive_weight=36.0)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert gating(torch.zeros(1, 3, dtype=torch.bfloat16)).dtype == torch.float32


def test_output_gate_starts_as_open_as_the_bias_says_once_the_weight_is_taken_off():
    """A photo that says yes for sure passes with sigmoid(bias), whatever the positive weight."""
    gating = OutputGating(4, positive_weight=36.0, spread=0.0, bias=3.0)
    out = calibrated_logits(gating(torch.full((1, 4), 50.0)), 36.0)
    np.testing.assert_allclose(out.detach(), np.full((1, 4), 3.0), rtol=1e-4)
