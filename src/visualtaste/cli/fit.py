"""`visualtaste fit`, and its stages alone: `fit-encoder`, `extract`, `fit-interests`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from visualtaste.cli.cluster import ClusterOption, WorkersOption, cluster_at
from visualtaste.cli.console import RichReporter, err, errors_as_one_line, out
from visualtaste.cli.precision import Int8Option, precision_of
from visualtaste.cli.settings import (
    ConfigOption,
    EncoderOption,
    FoldOption,
    LearnedProtocolOption,
    PoolingOption,
    PresetOption,
    SeedOption,
    SetOption,
    build_config,
)

# text, as a path would lose one of the slashes of a URL
DatasetArgument = Annotated[
    str, typer.Argument(help="Dataset folder, as `visualtaste import` writes it, or its URL (s3://, gs://, ...).")
]


def _local(folder: Path) -> Path:
    """Refuse an output that was meant to be a URL: it would become a folder called "s3:"."""
    if re.match(r"[a-z][a-z0-9+]+:/", str(folder)):
        raise typer.BadParameter("models are written to a folder: write it here, then copy it to where it shall go")
    return folder


def fit(
    dataset: DatasetArgument,
    output: Annotated[Path, typer.Option("-o", "--output", help="Model folder to write.", callback=_local)],
    config: ConfigOption = None,
    preset: PresetOption = None,
    encoder: EncoderOption = None,
    pooling: PoolingOption = None,
    protocol: LearnedProtocolOption = None,
    fold: FoldOption = None,
    seed: SeedOption = None,
    settings: SetOption = None,
    cluster: ClusterOption = None,
    workers: WorkersOption = None,
) -> None:
    """Train both stages: fine-tune the encoder, extract features, learn the interests.

    Killed and started again, it goes on from the last completed epoch or batch.
    """
    with errors_as_one_line():
        from visualtaste.training.backend import HERE
        from visualtaste.training.fit import fit as run

        chosen = build_config(
            config,
            preset,
            settings,
            encoder__name=encoder,
            interests__pooling=pooling,
            interests__protocol=protocol,
            split__fold=fold,
            seed=seed,
        )
        with cluster_at(cluster, workers) as backend:
            model = run(dataset, chosen, output, RichReporter(), backend or HERE)
        out.print(model.describe(), highlight=False, markup=False, soft_wrap=True)
        err.print(f"[bold green]done:[/] {output}", highlight=False)


def fit_encoder(
    dataset: DatasetArgument,
    output: Annotated[Path, typer.Option("-o", "--output", help="Encoder folder to write.", callback=_local)],
    config: ConfigOption = None,
    preset: PresetOption = None,
    encoder: EncoderOption = None,
    fold: FoldOption = None,
    seed: SeedOption = None,
    settings: SetOption = None,
    cluster: ClusterOption = None,
    workers: WorkersOption = None,
) -> None:
    """Stage 1: fine-tune the encoder on the photos of the training users' items."""
    with errors_as_one_line():
        from visualtaste.data.dataset import Dataset
        from visualtaste.training.backend import HERE
        from visualtaste.training.fit import fit_encoder as run

        chosen = build_config(config, preset, settings, encoder__name=encoder, split__fold=fold, seed=seed)
        with cluster_at(cluster, workers) as backend:
            run(Dataset.read(dataset), chosen, output, RichReporter(), backend or HERE)
        err.print(f"[bold green]done:[/] {output}", highlight=False)


def extract(
    model: Annotated[Path, typer.Argument(help="Encoder folder or model folder.")],
    dataset: DatasetArgument,
    retry: Annotated[bool, typer.Option("--retry", help="Try unusable photos again.")] = False,
    int8: Int8Option = False,
    cluster: ClusterOption = None,
) -> None:
    """Compute the features of every item of a dataset, once; they are kept in the dataset's folder."""
    with errors_as_one_line():
        from visualtaste.artifact.folder import read_any
        from visualtaste.artifact.precision import encoder_file
        from visualtaste.data.dataset import Dataset
        from visualtaste.features.encoder import OnnxEncoder
        from visualtaste.features.encoding import encode_here
        from visualtaste.features.extract import extract as run

        manifest = read_any(model)
        encoder = OnnxEncoder(encoder_file(model, manifest, precision_of(int8)), manifest.preprocessing)
        with cluster_at(cluster) as backend:
            encode = backend.encode if backend else encode_here
            extraction = run(Dataset.read(dataset), encoder, retry=retry, reporter=RichReporter(), encode=encode)
        out.print(extraction.summary, highlight=False)
        if extraction.skipped:
            err.print(f"each is listed in {extraction.store.folder / 'failures.jsonl'}", highlight=False)


def fit_interests(
    dataset: DatasetArgument,
    encoder: Annotated[Path, typer.Option("--encoder", help="Encoder folder, as `visualtaste fit-encoder` writes it.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Model folder to write.", callback=_local)],
    config: ConfigOption = None,
    preset: PresetOption = None,
    pooling: PoolingOption = None,
    protocol: LearnedProtocolOption = None,
    seed: SeedOption = None,
    settings: SetOption = None,
) -> None:
    """Stage 2: learn the interests from the features of an encoder; the users are split as they were for it."""
    with errors_as_one_line():
        from visualtaste.artifact.folder import read_manifest
        from visualtaste.artifact.manifest import EncoderManifest
        from visualtaste.config import TasteConfig
        from visualtaste.data.dataset import Dataset
        from visualtaste.training.fit import fit_interests_on

        stage1 = read_manifest(encoder, EncoderManifest)
        base = TasteConfig(seed=stage1.seed, split=stage1.split, encoder=stage1.encoder)
        chosen = build_config(
            config, preset, settings, base, interests__pooling=pooling, interests__protocol=protocol, seed=seed
        )
        model = fit_interests_on(Dataset.read(dataset), encoder, chosen, output, RichReporter())
        out.print(model.describe(), highlight=False, markup=False, soft_wrap=True)
        err.print(f"[bold green]done:[/] {output}", highlight=False)
