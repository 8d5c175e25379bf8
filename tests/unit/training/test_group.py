import numpy as np
import pytest
import torch
from PIL import Image
from transformers import ViTConfig, ViTModel

from visualtaste.config import EncoderSettings
from visualtaste.errors import TrainingError
from visualtaste.features.photos import load_batches
from visualtaste.progress import Silent
from visualtaste.training.finetune_run import FinetuningRun, Phase, PhotoData
from visualtaste.training.group import ALONE, Group
from visualtaste.types import Ragged

PHASE = Phase(1, "full", 1, 1e-3, 0)


def test_parts_make_up_every_batch_in_its_order():
    order = np.array([5, 3, 8, 1, 9, 2, 7, 4, 6, 0])
    parts = [Group(rank, 2).part(order, 5) for rank in range(2)]
    assert [(part.tolist(), size) for part, size in parts] == [([5, 3, 2, 7], 2), ([8, 1, 9, 4, 6, 0], 3)]
    whole, size = ALONE.part(order, 5)
    assert (whole.tolist(), size) == (order.tolist(), 5)


def test_shares_are_disjoint_and_complete():
    rows = np.arange(7)
    assert sorted(row for rank in range(3) for row in Group(rank, 3).share(rows)) == rows.tolist()
    assert ALONE.share(rows).tolist() == rows.tolist()


def test_only_the_first_draws_what_a_process_alone_draws():
    assert Group(0, 3).stream("full-0") == ALONE.stream("full-0") == "full-0"
    assert Group(1, 3).stream("full-0") != Group(2, 3).stream("full-0")


def test_a_batch_too_small_for_the_workers_says_what_to_change():
    with pytest.raises(TrainingError, match=r"a batch of 5 photos leaves 3 workers.*encoder\.batch_size"):
        Group(0, 3).part(np.arange(10), 5)


class _Known(Group):
    """A member that knows the others' counts, so that no process group is needed; gradients stay its own."""

    def __new__(cls, rank, counts):
        return super().__new__(cls)

    def __init__(self, rank, counts):
        super().__init__(rank, len(counts))
        object.__setattr__(self, "counts", counts)

    def gather(self, count, device):
        assert count == self.counts[self.rank]
        return self.counts

    def wrap(self, network):
        return network


@pytest.fixture(scope="module")
def transformer(tmp_path_factory):
    """A vision transformer: it has neither batch norm nor, here, dropout."""
    folder = tmp_path_factory.mktemp("vit")
    config = ViTConfig(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32, image_size=32, patch_size=8
    )
    torch.manual_seed(0)
    ViTModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("broken", [[], [6]], ids=["all photos", "one of them unreadable"])
def test_averaged_gradients_of_the_parts_are_those_of_the_whole_batch(tmp_path, transformer, broken):
    rng = np.random.default_rng(0)
    paths = [tmp_path / f"{number}.png" for number in range(8)]
    for path in paths:
        Image.fromarray(rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)).save(path)
    for row in broken:
        paths[row].write_bytes(b"no picture")
    rows = np.arange(8)
    data = PhotoData(paths, Ragged.from_rows([[number % 3] for number in rows]), 3, rows, rows[:0])
    settings = EncoderSettings(
        name=str(transformer), image_size=32, hidden=16, dropout=0.0, precision="float32", device="cpu"
    )

    def gradients(group):
        run = FinetuningRun(data, settings, 3, Silent(), group)
        run.begin(PHASE)
        run.classifier.train()
        part, size = group.part(rows, 8)
        (batch,) = load_batches(paths, part, run.classifier.encoder.spec, size)
        loss = run.backward(batch, torch.Generator())
        return loss, {name: value.grad for name, value in run.classifier.named_parameters() if value.grad is not None}

    whole_loss, whole = gradients(ALONE)
    counts = [4, 4 - len(broken)]
    losses, parts = zip(*(gradients(_Known(rank, counts)) for rank in range(2)), strict=True)
    assert np.mean(losses) == pytest.approx(whole_loss, rel=1e-5)
    assert len(whole) > 10
    for name, gradient in whole.items():
        torch.testing.assert_close(torch.stack([part[name] for part in parts]).mean(0), gradient, rtol=1e-4, atol=1e-7)


@pytest.mark.slow
def test_a_batch_of_which_one_worker_can_read_no_two_photos_is_left_out_by_all(tmp_path):
    paths = [None] * 4
    data = PhotoData(paths, Ragged.from_rows([[0]] * 4), 1, np.arange(4), np.arange(0))
    settings = EncoderSettings(scratch={"depth_multiplier": 0.25}, image_size=32, hidden=4, device="cpu")
    group = _Known(0, [0, 2])
    run = FinetuningRun(data, settings, 3, Silent(), group)
    run.begin(PHASE)
    (batch,) = load_batches(paths, np.arange(2), run.classifier.encoder.spec, 2)
    assert run.backward(batch, torch.Generator()) is None
