import numpy as np
import pytest
import torch
from PIL import Image

from visualtaste.config import EncoderSettings
from visualtaste.errors import TrainingError
from visualtaste.training.finetune import PhotoData, finetune
from visualtaste.types import Ragged

SETTINGS = EncoderSettings(
    scratch={"depth_multiplier": 0.25},
    image_size=32,
    hidden=16,
    frozen_epochs=1,
    epochs=2,
    batch_size=8,
    learning_rate=1e-3,
    augment=True,
    precision="float32",
    device="cpu",
)
IDENTITY = {"data": "d"}


@pytest.fixture
def photos(tmp_path):
    """Dark photos of category 0 and bright ones of category 1."""
    rng = np.random.default_rng(0)
    paths = []
    for number in range(24):
        shade = rng.integers(0, 100, (32, 32, 3)) + 150 * (number % 2)
        path = tmp_path / f"{number}.png"
        Image.fromarray(shade.astype(np.uint8)).save(path)
        paths.append(path)
    labels = Ragged.from_rows([[number % 2] for number in range(24)])
    return PhotoData(paths, labels, 2, train=np.arange(18), validation=np.arange(18, 24))


def _weights(tuned):
    return {name: tensor.clone() for name, tensor in tuned.classifier.state_dict().items()}


def _assert_same(one, other):
    assert one.keys() == other.keys()
    for name in one:
        assert torch.equal(one[name], other[name]), name


class _KilledAfter:
    """A reporter that dies when the given task begins."""

    def __init__(self, tasks):
        self.left = tasks

    def task(self, title, total, done=0):
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt
        from visualtaste.progress import Silent

        return Silent().task(title, total, done)

    def say(self, message):
        pass


@pytest.mark.slow
@pytest.mark.parametrize("epochs_before_the_kill", [0, 1, 2])
def test_a_killed_run_ends_with_the_same_weights(tmp_path, photos, epochs_before_the_kill):
    whole = finetune(photos, SETTINGS, 3, tmp_path / "whole", IDENTITY)
    with pytest.raises(KeyboardInterrupt):
        finetune(photos, SETTINGS, 3, tmp_path / "cut", IDENTITY, _KilledAfter(epochs_before_the_kill))
    resumed = finetune(photos, SETTINGS, 3, tmp_path / "cut", IDENTITY)
    _assert_same(_weights(whole), _weights(resumed))
    assert [(r.stage, r.epoch, r.loss) for r in whole.history] == [(r.stage, r.epoch, r.loss) for r in resumed.history]
    assert [record.stage for record in whole.history] == ["encoder, frozen", "encoder, full", "encoder, full"]


@pytest.mark.slow
def test_a_finished_run_is_loaded_not_repeated(tmp_path, photos):
    whole = finetune(photos, SETTINGS, 3, tmp_path / "w", IDENTITY)
    again = finetune(photos, SETTINGS, 3, tmp_path / "w", IDENTITY, _KilledAfter(0))
    _assert_same(_weights(whole), _weights(again))


@pytest.mark.slow
def test_another_seed_gives_other_weights_and_another_training_is_refused(tmp_path, photos):
    one = finetune(photos, SETTINGS, 3, tmp_path / "one", IDENTITY)
    other = finetune(photos, SETTINGS, 4, tmp_path / "other", IDENTITY)
    assert not torch.equal(one.classifier.head[0].weight, other.classifier.head[0].weight)
    with pytest.raises(TrainingError, match="data"):
        finetune(photos, SETTINGS, 3, tmp_path / "one", {"data": "something else"})


@pytest.mark.slow
def test_unreadable_photos_are_left_out_and_counted(tmp_path, photos):
    photos.paths[2].write_bytes(b"")
    photos.paths[5].write_bytes(b"no picture")
    assert finetune(photos, SETTINGS, 3, tmp_path / "w", IDENTITY).unreadable == 2


def test_a_diverging_loss_says_what_to_lower(tmp_path, photos):
    settings = SETTINGS.model_copy(update={"frozen_learning_rate": 1e30})
    with pytest.raises(TrainingError, match="learning_rate"):
        finetune(photos, settings, 3, tmp_path / "w", IDENTITY)


def test_too_few_photos_are_refused(tmp_path, photos):
    alone = PhotoData(photos.paths, photos.labels, 2, train=np.array([1]), validation=np.array([], dtype=np.int64))
    with pytest.raises(TrainingError, match="at least 2 photos"):
        finetune(alone, SETTINGS, 3, tmp_path / "w", IDENTITY)
