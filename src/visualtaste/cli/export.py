"""`visualtaste export`: further forms of a model, each checked before it takes its place in the folder."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from visualtaste.cli.console import RichReporter, err, errors_as_one_line, out
from visualtaste.errors import ConfigError

if TYPE_CHECKING:
    from visualtaste.artifact.exports import Int8Export


class Form(StrEnum):
    """What a model can be exported to."""

    INT8 = "int8"
    EXECUTORCH = "executorch"


def export(
    model: Annotated[Path, typer.Argument(help="Model folder; the export is written into it.")],
    dataset: Annotated[
        Path | None,
        typer.Argument(help="int8: dataset folder, whose photos calibrate and whose validation users check it."),
    ] = None,
    to: Annotated[
        Form,
        typer.Option(
            "--to",
            help="int8: the encoder in 8-bit integers, for CPUs. executorch: both networks, for phones.",
            show_default=False,
        ),
    ] = ...,  # type: ignore[assignment]  # typer's way to say that an option must be given
) -> None:
    """Write a further form of a model into its folder, once it has been checked against PyTorch.

    A form that does not compute what the model does is refused with the figures, and the folder stays as it was.
    """
    with errors_as_one_line():
        if to is Form.INT8:
            _int8(model, dataset)
        else:
            _executorch(model, dataset)


def _int8(model: Path, dataset: Path | None) -> None:
    if dataset is None:
        raise ConfigError(
            f"int8 is calibrated on photos: give the data set, `visualtaste export {model} DATASET --to int8`"
        )
    from visualtaste.data.dataset import Dataset
    from visualtaste.export.int8.export import export_int8

    made = export_int8(model, Dataset.read(dataset), RichReporter())
    show_int8(model, made)
    err.print(f"[bold green]done:[/] {model / made.file}", highlight=False)


def _executorch(model: Path, dataset: Path | None) -> None:
    if dataset is not None:
        raise ConfigError(f"executorch needs no data set: `visualtaste export {model} --to executorch`")
    from visualtaste.export.mobile.export import export_executorch

    made = export_executorch(model, RichReporter())
    for name in (made.encoder_file, made.interests_file):
        out.print(f"{name:<14} {(model / name).stat().st_size / 1e6:.1f} MB", highlight=False)
    lines = (
        f"reads          pixels {made.pixels}; features of at most {made.max_photos} photos",
        f"cosine         {made.cosine_worst:.6f} at worst with PyTorch's features, {made.compared_photos} photos",
        f"probabilities  differ by at most {made.probability_gap:.1e} from PyTorch's",
    )
    out.print("\n".join(lines), highlight=False, markup=False, soft_wrap=True)
    err.print(f"[bold green]done:[/] {model}", highlight=False)


def show_int8(model: Path, made: Int8Export) -> None:
    size, before = ((model / name).stat().st_size / 1e6 for name in (made.file, "encoder.onnx"))
    lines = (
        f"size         {size:.1f} MB, float32 {before:.1f} MB",
        f"calibrated   on {made.calibration_photos} photos of training users",
        f"cosine       {made.cosine_mean:.4f} on average, {made.cosine_most:.4f} or more for 99 of 100, "
        f"{made.cosine_worst:.4f} at worst; with PyTorch, {made.compared_photos} other photos",
        f"F1@15        {made.f1_at_15:.4f}, float32 {made.f1_at_15_float32:.4f}, "
        f"of {made.validation_users} validation users",
    )
    out.print("\n".join(lines), highlight=False, markup=False, soft_wrap=True)
