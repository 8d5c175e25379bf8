import pytest
import torch

from visualtaste.models.losses import weighted_bce
from visualtaste.training import calibration
from visualtaste.training.calibration import fit_shift, mean_loss


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


def test_many_users_are_computed_some_at_a_time(monkeypatch):
    generator = torch.Generator().manual_seed(1)
    logits, targets = torch.randn(31, 10, generator=generator), torch.rand(31, 10, generator=generator) < 0.2
    whole = fit_shift(logits, targets), mean_loss(logits, targets, 0.5)
    assert whole[1] == weighted_bce(logits + 0.5, targets, 1.0).item()  # to the bit: one chunk changes nothing
    monkeypatch.setattr(calibration, "_ENTRIES_AT_ONCE", 40)  # four users
    assert [len(some) for some, _ in calibration._chunks(logits, targets)] == [4] * 7 + [3]
    assert (fit_shift(logits, targets), mean_loss(logits, targets, 0.5)) == pytest.approx(whole)
