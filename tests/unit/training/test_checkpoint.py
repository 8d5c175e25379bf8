import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from visualtaste.errors import TrainingError
from visualtaste.training.checkpoint import Checkpoint, save_tensors

IDENTITY = {"settings": "a", "data": "b"}


def make():
    """A convolution in channels-last layout, a norm with buffers, and an optimizer with state of three kinds."""
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)).to(memory_format=torch.channels_last)
    return network, torch.optim.AdamW(network.parameters(), lr=0.01, fused=True)


def train(network, optimizer, steps):
    for step in steps:
        x = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(step))
        optimizer.zero_grad()
        network(x).pow(3).mean().backward()
        optimizer.step()


def same(one, other):
    return all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), other.state_dict().values(), strict=True))


def saved_after(tmp_path, steps):
    network, optimizer = make()
    train(network, optimizer, range(steps))
    checkpoint = Checkpoint(tmp_path / "training.checkpoint", IDENTITY)
    checkpoint.save({"network": network}, optimizer, {"epoch": steps, "losses": [0.1, 1 / 3]})
    return checkpoint


def test_resumed_training_equals_the_uninterrupted_one_bit_for_bit(tmp_path):
    whole, optimizer = make()
    train(whole, optimizer, range(6))

    checkpoint = saved_after(tmp_path, 3)
    resumed, optimizer = make()
    assert checkpoint.load({"network": resumed}, optimizer) == {"epoch": 3, "losses": [0.1, 1 / 3]}
    train(resumed, optimizer, range(3, 6))
    assert same(resumed, whole)


def test_without_its_optimizer_state_the_training_would_differ(tmp_path):
    whole, optimizer = make()
    train(whole, optimizer, range(6))

    resumed, optimizer = make()
    saved_after(tmp_path, 3).load({"network": resumed}, None)
    train(resumed, optimizer, range(3, 6))
    assert not same(resumed, whole)


def test_a_new_phase_trains_fewer_parameters_with_a_new_optimizer(tmp_path):
    checkpoint = saved_after(tmp_path, 3)
    network, _ = make()
    head_only = torch.optim.AdamW(network[1].parameters(), fused=True)
    checkpoint.load({"network": network}, None)
    train(network, head_only, range(1))
    checkpoint.save({"network": network}, head_only, {})

    again, _ = make()
    optimizer = torch.optim.AdamW(again[1].parameters(), fused=True)
    checkpoint.load({"network": again}, optimizer)
    assert same(again, network)
    assert optimizer.state[again[1].weight]["step"] == 1


def test_nothing_saved_is_none_and_remove_makes_it_so(tmp_path):
    checkpoint = saved_after(tmp_path, 1)
    checkpoint.remove()
    checkpoint.remove()
    network, optimizer = make()
    assert checkpoint.read() is None
    assert checkpoint.load({"network": network}, optimizer) is None


def test_only_the_last_one_is_kept(tmp_path):
    saved_after(tmp_path, 1)
    assert saved_after(tmp_path, 2).read() == {"epoch": 2, "losses": [0.1, 1 / 3]}
    assert [path.name for path in tmp_path.iterdir()] == ["training.checkpoint"]


@pytest.mark.parametrize(
    ("identity", "named"),
    [
        ({"settings": "x", "data": "b"}, "other settings:"),
        ({"settings": "x", "data": "y"}, "other data and settings:"),
        ({"settings": "a"}, "other data:"),
    ],
)
def test_a_foreign_checkpoint_is_refused_and_what_differs_is_named(tmp_path, identity, named):
    saved_after(tmp_path, 1)
    with pytest.raises(TrainingError, match=named):
        Checkpoint(tmp_path / "training.checkpoint", identity).read()


def test_other_modules_are_refused(tmp_path):
    checkpoint = saved_after(tmp_path, 1)
    network, _ = make()
    with pytest.raises(TrainingError, match=r"holds the unknown module/network/1\.bias"):
        checkpoint.load({"network": network[:1]}, None)
    with pytest.raises(TrainingError, match=r"lacks module/head/bias"):
        checkpoint.load({"network": network, "head": nn.Linear(2, 2)}, None)
    network[0].weight = nn.Parameter(torch.zeros(4, 3, 1, 1))
    with pytest.raises(TrainingError, match=r"weight is \[4, 3, 3, 3\], not \[4, 3, 1, 1\]"):
        checkpoint.load({"network": network}, None)


def test_an_optimizer_of_other_parameters_is_refused(tmp_path):
    checkpoint = saved_after(tmp_path, 1)
    network, _ = make()
    with pytest.raises(TrainingError, match="does not train"):
        checkpoint.load({"network": network}, torch.optim.AdamW(network[1].parameters()))


@pytest.mark.parametrize("content", [b"", b"not a checkpoint"])
def test_a_damaged_file_is_refused(tmp_path, content):
    path = tmp_path / "training.checkpoint"
    path.write_bytes(content)
    with pytest.raises(TrainingError, match="is not a checkpoint of visualtaste"):
        Checkpoint(path, IDENTITY).read()


def test_somebody_elses_safetensors_file_is_refused(tmp_path):
    path = tmp_path / "training.checkpoint"
    save_file({"weight": torch.zeros(2)}, path)
    with pytest.raises(TrainingError, match="is not a checkpoint of visualtaste"):
        Checkpoint(path, IDENTITY).read()


def test_a_failed_save_leaves_the_old_checkpoint(tmp_path):
    checkpoint = saved_after(tmp_path, 1)
    network, optimizer = make()
    with pytest.raises(TypeError):
        checkpoint.save({"network": network}, optimizer, {"epoch": object()})
    assert checkpoint.read() == {"epoch": 1, "losses": [0.1, 1 / 3]}
    assert [path.name for path in tmp_path.iterdir()] == ["training.checkpoint"]


def test_what_cannot_be_written_says_where(tmp_path):
    with pytest.raises(TrainingError, match="cannot be written"):
        save_tensors({"a": torch.zeros(2)}, tmp_path / "no folder" / "a.safetensors")
