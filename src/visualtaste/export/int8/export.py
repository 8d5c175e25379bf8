"""`visualtaste export --to int8`: quantize, compare with PyTorch, ask the validation users, and only then write."""

from __future__ import annotations

from pathlib import Path

from visualtaste.artifact.addition import add_files, adding_to
from visualtaste.artifact.exports import ENCODER_INT8, Int8Export
from visualtaste.artifact.manifest import ENCODER, DataReference
from visualtaste.data.dataset import Dataset
from visualtaste.errors import TrainingError
from visualtaste.export.agreement import Agreement, torch_features
from visualtaste.export.int8.quantize import quantize_encoder
from visualtaste.export.photos import CALIBRATION, COMPARISON, ExportPhotos, read_photos
from visualtaste.export.validation import K, ValidationF1, compare_f1
from visualtaste.features.encoder import OnnxEncoder
from visualtaste.inference.taste_model import TasteModel
from visualtaste.models.encoder import load_encoder
from visualtaste.progress import Reporter, Silent

# Held to it are 99 of 100 photos: an average hides the few that come out as something else, while the very worst of
# many says more about how many were looked at.
LEAST_COSINE = 0.99
LARGEST_FALL = 0.005

_GO_ON = "nothing was written, and float32 goes on"


def export_int8(folder: Path, dataset: Dataset, reporter: Reporter | None = None) -> Int8Export:
    """Write `encoder.int8.onnx` into a model folder, which may have one already; returns what was measured.

    It is calibrated on at most 256 photos of training users. Of 256 other photos 99 % must have features with a cosine
    of at least 0.99 to PyTorch's, and F1@15 of validation users (of more than 1000, a sample) may fall by at
    most 0.005. Test users' purchases are not read.

    Raises TrainingError with the figures when it fails a check: nothing is written then. Raises DataError when the data
    set has too few photos or users to check with, ArtifactError on a damaged folder, InUseError while another
    process exports into it.
    """
    reporter = reporter or Silent()
    with adding_to(folder) as workspace:
        model = TasteModel.load(folder)
        photos = ExportPhotos.of(model, dataset)
        made = workspace / ENCODER_INT8
        calibration = read_photos(dataset, photos.calibration, CALIBRATION, model)
        with reporter.task("Calibrating int8", total=2 * len(calibration)) as task:
            quantize_encoder(folder / ENCODER, made, calibration, task)
        encoder = OnnxEncoder(made, model.manifest.preprocessing)
        agreement = _agreement(model, encoder, dataset, photos, reporter)
        f1 = compare_f1(model, encoder, dataset, photos.validation_users, reporter)
        _refuse_worse(f1)
        record = Int8Export(
            encoder=model.manifest.encoder_digest,
            data=DataReference(name=dataset.name, fingerprint=dataset.fingerprint),
            calibration_photos=len(calibration),
            compared_photos=agreement.photos,
            cosine_mean=agreement.mean,
            cosine_most=agreement.most,
            cosine_worst=agreement.worst,
            validation_users=f1.users,
            f1_at_15_float32=f1.before,
            f1_at_15=f1.after,
        )
        exports = model.manifest.exports
        without = exports.model_copy(update={"int8": None})
        add_files(folder, {ENCODER_INT8: made}, without, exports.model_copy(update={"int8": record}))
    return record


def _agreement(
    model: TasteModel, encoder: OnnxEncoder, dataset: Dataset, photos: ExportPhotos, reporter: Reporter
) -> Agreement:
    """Of int8 with PyTorch; raises TrainingError with the figures when it is too low."""
    pixels = read_photos(dataset, photos.comparison, COMPARISON, model)
    with reporter.task("Comparing with PyTorch", total=len(pixels)) as task:
        expected = torch_features(load_encoder(model.folder, model.manifest.preprocessing), pixels, task)
    agreement = Agreement.of(encoder.encode(pixels), expected)
    if not min(agreement.most, agreement.mean) >= LEAST_COSINE:
        raise TrainingError(
            f"int8 is refused: of {agreement.photos} photos 99 % have features with a cosine of {agreement.most:.4f} "
            f"or more to PyTorch's (on average {agreement.mean:.4f}, at worst {agreement.worst:.4f}), and at least "
            f"{LEAST_COSINE} is asked: this encoder loses too much in 8 bits; {_GO_ON}"
        )
    return agreement


def _refuse_worse(f1: ValidationF1) -> None:
    if not f1.fall <= LARGEST_FALL:
        raise TrainingError(
            f"int8 is refused: F1@{K} of {f1.users} validation users falls from {f1.before:.4f} to {f1.after:.4f}, by "
            f"more than {LARGEST_FALL}: what the interests read is lost in 8 bits; {_GO_ON}"
        )
