"""`visualtaste export --to executorch`: both networks lowered, compared with PyTorch, and only then written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from visualtaste.artifact.addition import add_files, adding_to
from visualtaste.artifact.exports import ENCODER_PTE, INTERESTS_PTE, ExecutorchExport
from visualtaste.artifact.manifest import INTERESTS_WEIGHTS
from visualtaste.errors import TrainingError
from visualtaste.export.agreement import Agreement, torch_features
from visualtaste.export.mobile.program import Program, write_program
from visualtaste.inference.taste_model import TasteModel
from visualtaste.models.encoder import load_encoder
from visualtaste.models.interests import InterestsModel, load_interests
from visualtaste.progress import Reporter, Silent
from visualtaste.seeding import generator
from visualtaste.types import Float32, UInt8

MAX_PHOTOS = 1024
LEAST_COSINE = 0.9999
LARGEST_GAP = 1e-5
_LENGTHS = (1, 2, 7, 40, MAX_PHOTOS)  # of the sets that are compared


def export_executorch(folder: Path, reporter: Reporter | None = None) -> ExecutorchExport:
    """Write `encoder.pte` and `interests.pte` into a model folder; returns what was measured.

    `encoder.pte` reads one photo's pixels (1, S, S, 3) uint8, as encoder.onnx does, and gives features (1, K);
    `interests.pte` reads one user's features (n, K), at most 1024 photos, and gives probabilities (D,). Run by
    ExecuTorch, features must have a cosine of at least 0.9999 with PyTorch's, and probabilities differ by at most 1e-5.

    Raises TrainingError with the figures, or with the part that ExecuTorch lacks, when one of them fails: nothing is
    written then. Raises MissingExtraError without ExecuTorch, ArtifactError on a damaged folder, InUseError while
    another process exports into it.
    """
    reporter = reporter or Silent()
    with adding_to(folder) as workspace, reporter.task("Exporting to executorch", total=4) as task:
        model = TasteModel.load(folder)
        manifest = model.manifest
        encoder = load_encoder(folder, manifest.preprocessing)
        pixels = _made_up_photos(manifest.preprocessing.size)
        made = {name: workspace / name for name in (ENCODER_PTE, INTERESTS_PTE)}
        task.advance(note="encoder")
        write_program(encoder, torch.from_numpy(pixels[:1]), made[ENCODER_PTE])
        agreement = _compare_features(Program(made[ENCODER_PTE]), torch_features(encoder, pixels), pixels)
        task.advance(note="interests")
        settings = manifest.config.interests
        weights = folder / INTERESTS_WEIGHTS
        interests = load_interests(weights, manifest.feature_size, len(model.categories), settings)
        example = torch.zeros(_LENGTHS[2], manifest.feature_size)
        write_program(_OneUser(interests), example, made[INTERESTS_PTE], {0: ("photos", MAX_PHOTOS)})
        gap = _compare_probabilities(Program(made[INTERESTS_PTE]), interests)
        task.advance(note="folder")
        record = ExecutorchExport(
            encoder=manifest.encoder_digest,
            interests=manifest.interests_digest,
            pixels=f"uint8 (1, {manifest.preprocessing.size}, {manifest.preprocessing.size}, 3), RGB",
            max_photos=MAX_PHOTOS,
            compared_photos=agreement.photos,
            cosine_worst=agreement.worst,
            probability_gap=gap,
        )
        exports = manifest.exports
        without = exports.model_copy(update={"executorch": None})
        add_files(folder, made, without, exports.model_copy(update={"executorch": record}))
        task.advance(note="")
    return record


class _OneUser(nn.Module):
    """What interests.pte computes."""

    def __init__(self, model: InterestsModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, features: Tensor) -> Tensor:
        return self.model.predict_one(features)


def _made_up_photos(side: int) -> UInt8:
    """Black, white, and noise of many grains and contrasts, (16, S, S, 3): no data set is needed."""
    random = generator(0, "export", "made-up photos")
    photos = [np.zeros((side, side, 3)), np.full((side, side, 3), 255.0)]
    for number in range(14):
        grain = 2 ** (number % 7)
        cells = random.random((side // grain + 1, side // grain + 1, 3))
        noise = cells.repeat(grain, axis=0).repeat(grain, axis=1)[:side, :side]
        photos.append(255 * noise ** (0.3 if number < 7 else 3.0))
    return np.stack(photos).round().astype(np.uint8)


def _compare_features(program: Program, expected: Float32, pixels: UInt8) -> Agreement:
    features = np.concatenate([program(torch.from_numpy(photo[None])).numpy() for photo in pixels])
    agreement = Agreement.of(features, expected)
    if not agreement.worst >= LEAST_COSINE:
        raise TrainingError(
            f"{ENCODER_PTE} is refused: of {agreement.photos} photos, the features of one have a cosine of "
            f"{agreement.worst:.6f} with PyTorch's, and at least {LEAST_COSINE} is asked; nothing was written"
        )
    return agreement


def _compare_probabilities(program: Program, model: InterestsModel) -> float:
    """The largest difference on sets of several sizes, distributed as the features that were trained on."""
    random = torch.Generator().manual_seed(0)
    gap = 0.0
    for length in _LENGTHS:
        noise = torch.randn(length, len(model.feature_mean), generator=random)
        features = noise / model.feature_scale + model.feature_mean
        with torch.no_grad():
            expected, _ = model.predict(features, torch.tensor([0, length]))
        difference = (program(features) - expected[0]).abs().max().item()
        gap = difference if not difference <= gap else gap  # so that NaN stays
    if not gap <= LARGEST_GAP:
        raise TrainingError(
            f"{INTERESTS_PTE} is refused: a probability differs by {gap:.1e} from PyTorch's, allowed are "
            f"{LARGEST_GAP:.0e}; nothing was written"
        )
    return gap
