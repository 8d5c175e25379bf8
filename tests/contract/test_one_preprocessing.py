"""Training, validation, extraction, a cluster's workers and inference all show a network the same pixels of a photo."""

from pathlib import Path

import numpy as np
import pytest

from support.tiny_model import SIZE
from visualtaste.config import EncoderSettings
from visualtaste.distributed import blocks
from visualtaste.features import encoding
from visualtaste.features.encoder import OnnxEncoder
from visualtaste.features.encoding import encode_here
from visualtaste.features.preprocessing import PreprocessingSpec, load_pixels
from visualtaste.inference.taste_model import TasteModel
from visualtaste.training.finetune import PhotoData, finetune
from visualtaste.training.finetune_run import FinetuningRun
from visualtaste.types import Ragged

PHOTOS = sorted((Path(__file__).parents[1] / "golden" / "photos").iterdir())
ROWS = np.arange(len(PHOTOS))


@pytest.fixture(scope="module")
def expected():
    """The pixels of every photo (N, S, S, 3) by the one function that makes them."""
    return np.stack([load_pixels(photo, PreprocessingSpec(size=SIZE)) for photo in PHOTOS])


@pytest.fixture
def encoded(monkeypatch):
    """The batches of pixels that reach ONNX Runtime, in order: several cores would hand theirs over as they finish."""
    monkeypatch.setattr(encoding, "usable_cores", lambda: 1)
    batches = []
    encode = OnnxEncoder.encode
    monkeypatch.setattr(OnnxEncoder, "encode", lambda self, pixels: batches.append(pixels) or encode(self, pixels))
    return batches


def test_training_and_validation(tmp_path, monkeypatch, expected):
    seen = {}
    loss = FinetuningRun.loss

    def spy(run, network, pixels, batch):
        seen.update(zip(batch.rows.tolist(), pixels.numpy(), strict=True))
        return loss(run, network, pixels, batch)

    monkeypatch.setattr(FinetuningRun, "loss", spy)
    data = PhotoData(PHOTOS, Ragged.from_rows([[0]] * len(ROWS)), 1, train=ROWS[5:], validation=ROWS[:5])
    scratch = EncoderSettings(scratch={"depth_multiplier": 0.25}, image_size=SIZE, hidden=4, frozen_epochs=0, epochs=1)
    finetune(data, scratch.model_copy(update={"batch_size": len(data.train)}), 0, tmp_path, {"data": "d"})
    np.testing.assert_array_equal([seen[row] for row in ROWS], expected)


def test_extraction(tiny_model_folder, encoded, expected):
    list(encode_here(PHOTOS, ROWS, TasteModel.load(tiny_model_folder).encoder))
    np.testing.assert_array_equal(np.concatenate(encoded), expected)


def test_a_clusters_workers(tiny_model_folder, expected):
    spec = TasteModel.load(tiny_model_folder).encoder.spec
    block = blocks.decode({"row": ROWS, "photo": np.array([str(photo) for photo in PHOTOS])}, spec)
    np.testing.assert_array_equal(block["pixels"], expected)


@pytest.mark.parametrize("given", [Path, Path.read_bytes], ids=["paths", "bytes"])
def test_inference(tiny_model_folder, encoded, expected, given):
    TasteModel.load(tiny_model_folder).interests([given(photo) for photo in PHOTOS])
    np.testing.assert_array_equal(np.concatenate(encoded), expected)


def test_a_profile(tiny_model_folder, encoded, expected):
    profile = TasteModel.load(tiny_model_folder).profile()
    for photo in PHOTOS[:8]:
        profile.add(photo)
    np.testing.assert_array_equal(np.concatenate(encoded), expected[:8])
