"""From a data set to a model folder: stage 1, extraction, stage 2, each alone or all in one.

While a folder is being made, `NAME.partial` beside it holds the last completed epoch; the folder itself appears
in one step when it is complete.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from visualtaste import __version__
from visualtaste.artifact.folder import read_manifest, seal
from visualtaste.artifact.manifest import DataReference, EncoderManifest, TasteManifest
from visualtaste.config import TasteConfig
from visualtaste.data.dataset import Dataset
from visualtaste.data.splits import split_users
from visualtaste.errors import TrainingError
from visualtaste.export.encoder import export_encoder, export_item_classifier
from visualtaste.export.interests import export_interests
from visualtaste.features.encoder import OnnxEncoder
from visualtaste.features.extract import extract
from visualtaste.features.store import FeatureStore
from visualtaste.files import digest_text, replace_folder, write_json
from visualtaste.inference.taste_model import TasteModel
from visualtaste.models.encoder import quiet_transformers
from visualtaste.models.item_classifier import ItemClassifier
from visualtaste.progress import Reporter, Silent
from visualtaste.training.backend import HERE, Backend
from visualtaste.training.checkpoint import save_tensors
from visualtaste.training.interests import InterestsData, fit_interests
from visualtaste.training.learners import Learners

CREATED_BY = f"visualtaste {__version__}"


def fit(
    dataset: Dataset | Path | str,
    config: TasteConfig | None = None,
    output: Path | str | None = None,
    reporter: Reporter | None = None,
    backend: Backend = HERE,
) -> TasteModel:
    """Train both stages on a data set and return the model, written to `output` (by default DATASET/model).

    `backend` does the work on photos, here or on a cluster; what comes out of it is trained on here.

    Killed at any moment and called again, it goes on from the last completed epoch or the last extracted batch
    and ends with the same numbers. Test users of `config.split` are not used at all.

    Raises DataError when the data leaves nothing to learn or to test, TrainingError when a training cannot start,
    go on or finish, or when `output` holds a model of other settings or data.
    """
    dataset = dataset if isinstance(dataset, Dataset) else Dataset.read(dataset)
    config = config or TasteConfig()
    output = Path(output) if output else dataset.folder / "model"
    if output.exists():
        model = TasteModel.load(output)
        _refuse_other(output, _model_differences(model, dataset, config))
        return model
    encoder_folder = _partial(output) / "encoder"  # goes with the rest of it when stage 2 is done
    fit_encoder(dataset, config, encoder_folder, reporter, backend)
    return fit_interests_on(dataset, encoder_folder, config, output, reporter, backend)


def fit_encoder(
    dataset: Dataset,
    config: TasteConfig,
    output: Path,
    reporter: Reporter | None = None,
    backend: Backend = HERE,
) -> Path:
    """Stage 1: fine-tune the encoder and write the encoder folder; a complete one of the same training is kept."""
    reporter = reporter or Silent()
    if output.exists():
        found = read_manifest(output, EncoderManifest)
        _refuse_other(
            output,
            {
                "data": found.data.fingerprint != dataset.fingerprint,
                "encoder settings": found.encoder != config.encoder,
                "split": found.split != config.split,
                "seed": found.seed != config.seed,
            },
        )
        return output
    learners = Learners.of(dataset, config.split)
    with _workspace(output) as partial:
        identity = {
            "data": dataset.fingerprint,
            "settings": digest_text(config.encoder.model_dump_json(), config.split.model_dump_json(), str(config.seed)),
        }
        tuned = backend.finetune(learners.photos(), config.encoder, config.seed, partial, identity, reporter)
        if tuned.unreadable:
            reporter.say(f"{tuned.unreadable} photos could not be read and were left out of stage 1")
        folder = _fresh(partial / "complete")
        write_encoder(tuned.classifier, folder)
        manifest = EncoderManifest(
            categories=learners.categories,
            dropped_categories=learners.dropped,
            preprocessing=tuned.classifier.encoder.spec,
            feature_size=tuned.classifier.encoder.feature_size(),
            seed=config.seed,
            split=config.split,
            encoder=config.encoder,
            data=DataReference(name=dataset.name, fingerprint=dataset.fingerprint),
            history=tuned.history,
            created_by=CREATED_BY,
        )
        seal(folder, manifest)
        replace_folder(folder, output)
    return output


def fit_interests_on(
    dataset: Dataset,
    encoder_folder: Path,
    config: TasteConfig,
    output: Path,
    reporter: Reporter | None = None,
    backend: Backend = HERE,
) -> TasteModel:
    """Stage 2 on an encoder folder: extract what is missing, train the interests, write the model folder.

    Raises TrainingError when `config` splits the users otherwise than the encoder's training did: test users
    might then have been trained on.
    """
    reporter = reporter or Silent()
    stage1 = read_manifest(encoder_folder, EncoderManifest)
    if stage1.split != config.split:
        raise TrainingError(
            f"{encoder_folder} was trained with the split {stage1.split}, not {config.split}: "
            "test users of one may be training users of the other"
        )
    config = config.model_copy(update={"encoder": stage1.encoder})
    if output.exists():
        model = TasteModel.load(output)
        differences = _model_differences(model, dataset, config)
        differences["encoder"] = model.manifest.encoder_digest != stage1.files["encoder.onnx"]
        _refuse_other(output, differences)
        return model
    encoder = OnnxEncoder(encoder_folder / "encoder.onnx", stage1.preprocessing)
    extraction = extract(dataset, encoder, reporter=reporter, encode=backend.encode)
    if extraction.skipped:
        reporter.say(extraction.summary)
    with _workspace(output) as partial:
        data = _interests_data(dataset, stage1, extraction.store, reporter)
        fitted = fit_interests(data, len(stage1.categories), config.interests, config.seed, partial, reporter)
        folder = _fresh(partial / "complete")
        for name in stage1.files:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(encoder_folder / name, folder / name)
        save_tensors(fitted.model.state_dict(), folder / "interests.safetensors")
        export_interests(fitted.model, folder / "interests.onnx")
        manifest = TasteManifest(
            categories=stage1.categories,
            dropped_categories=stage1.dropped_categories,
            preprocessing=stage1.preprocessing,
            feature_size=stage1.feature_size,
            config=config,
            data=stage1.data,
            history=(*stage1.history, *fitted.history),
            category_frequency=tuple(fitted.category_frequency.tolist()),
            metrics={} if fitted.validation_loss is None else {"validation_loss": fitted.validation_loss},
            created_by=CREATED_BY,
        )
        seal(folder, manifest)
        replace_folder(folder, output)
    return TasteModel.load(output)


def write_encoder(classifier: ItemClassifier, folder: Path) -> None:
    """The encoder in transformers' layout and as ONNX, the item classifier's head as weights and as ONNX."""
    encoder = classifier.cpu().eval().encoder
    with quiet_transformers():
        encoder.backbone.save_pretrained(folder / "encoder")  # type: ignore[operator]  # a transformers model
    spec = encoder.spec
    processor = {
        "do_resize": True,
        "size": {"height": spec.size, "width": spec.size},
        "resample": 2,  # bilinear
        "do_center_crop": False,
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": True,
        "image_mean": spec.mean,
        "image_std": spec.std,
    }
    write_json(folder / "encoder" / "preprocessor_config.json", processor)
    save_tensors(classifier.head.state_dict(), folder / "item_classifier.safetensors")
    export_encoder(encoder, folder / "encoder.onnx")
    export_item_classifier(classifier, folder / "item_classifier.onnx")


def _interests_data(
    dataset: Dataset, stage1: EncoderManifest, store: FeatureStore, reporter: Reporter
) -> InterestsData:
    """The training and validation users' items that have features."""
    split = split_users(dataset.user_ids, stage1.split)
    parts = []
    for name, users in (("training", split.train), ("validation", split.validation)):
        kept, sets = store.nonempty(dataset.user_items.take(users))
        if len(kept) < len(users):
            reporter.say(f"{len(users) - len(kept)} {name} users have no usable photo and are left out")
        parts.append(sets)
    labels = dataset.labels(stage1.categories)
    return InterestsData(features=store.matrix, item_categories=labels, train=parts[0], validation=parts[1])


def _model_differences(model: TasteModel, dataset: Dataset, config: TasteConfig) -> dict[str, bool]:
    found = model.manifest
    return {"data": found.data.fingerprint != dataset.fingerprint, "settings": found.config != config}


def _refuse_other(output: Path, differences: dict[str, bool]) -> None:
    """Raise TrainingError when the finished folder `output` is of another training than the one asked for."""
    other = [name for name, differs in differences.items() if differs]
    if other:
        raise TrainingError(f"{output} exists, with other {' and '.join(other)}: delete it or choose another -o")


def _partial(output: Path) -> Path:
    """The folder beside `output` that keeps unfinished work."""
    return output.with_name(f"{output.name}.partial")


@contextmanager
def _workspace(output: Path) -> Iterator[Path]:
    """The folder for unfinished work; it goes when the work is done, and stays on failure."""
    partial = _partial(output)
    partial.mkdir(parents=True, exist_ok=True)
    yield partial
    shutil.rmtree(partial)


def _fresh(folder: Path) -> Path:
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir()
    return folder
