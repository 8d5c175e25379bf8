import numpy as np
import torch

from visualtaste.models.gating import ContextGating


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
