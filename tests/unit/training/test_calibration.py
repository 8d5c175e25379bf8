import pytest
import torch

from visualtaste.training.calibration import fit_shift


@pytest.mark.parametrize("centre", [-30.0, -2.0, 0.0, 30.0])
def test_as_much_is_expected_as_there_is(centre):
    generator = torch.Generator().manual_seed(0)
    logits = centre + 4 * torch.randn(30, 10, generator=generator)
    targets = torch.rand(30, 10, generator=generator) < 0.2
    shift = fit_shift(logits, targets)
    assert float(torch.sigmoid(logits.double() + shift).sum()) == pytest.approx(int(targets.sum()), abs=1e-6)


def test_by_hand():
    # three of four at probability 3/4, whose logit is ln 3, from a logit of 1
    shift = fit_shift(torch.ones(2, 2), torch.tensor([[True, True], [True, False]]))
    assert shift == pytest.approx(torch.tensor(3.0).log().item() - 1)


@pytest.mark.parametrize("answer", [True, False])
def test_equal_targets_have_no_finite_shift(answer):
    assert fit_shift(torch.randn(3, 2), torch.full((3, 2), answer)) == 0.0
