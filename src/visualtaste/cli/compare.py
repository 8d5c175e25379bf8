"""`visualtaste compare`: every pooling and every baseline on equal terms, in one command."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from visualtaste.cli.console import RichReporter, err, errors_as_one_line, out
from visualtaste.cli.settings import (
    ConfigOption,
    EncoderOption,
    PresetOption,
    SeedOption,
    SetOption,
    build_config,
)


def compare(
    dataset: Annotated[Path, typer.Argument(help="Dataset folder, as `visualtaste import` writes it.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Folder for the report, and for all that is computed on the way.")
    ],
    methods: Annotated[
        list[str] | None, typer.Option("--methods", help="Only these, by name. May be repeated, or A,B,C.")
    ] = None,
    protocols: Annotated[
        list[str] | None, typer.Option("--protocols", help="Only these: observed, held-out, new-interests.")
    ] = None,
    folds: Annotated[list[str] | None, typer.Option("--folds", help="Only these, from 0. Default: all.")] = None,
    seeds: Annotated[int | None, typer.Option("--seeds", help="Trainings of what a seed changes.")] = None,
    trials: Annotated[int | None, typer.Option("--trials", help="Hyper-parameters tried a method; 0: none.")] = None,
    quick: Annotated[
        bool,
        typer.Option("--quick", help="One fold, one seed, nothing tuned, no studies; preset quick if none is given."),
    ] = False,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Trainings at a time. Default: as many as cores.")
    ] = None,
    config: ConfigOption = None,
    preset: PresetOption = None,
    encoder: EncoderOption = None,
    seed: SeedOption = None,
    settings: SetOption = None,
) -> None:
    """Train and evaluate every method on the same users, shown items and targets; write tables and a report.

    Killed and started again, it keeps what is finished.
    """
    with errors_as_one_line():
        from visualtaste.comparison.compare import compare as run
        from visualtaste.comparison.settings import ComparisonSettings
        from visualtaste.comparison.terminal import terminal_table
        from visualtaste.comparison.write import write_comparison
        from visualtaste.config import TasteConfig
        from visualtaste.data.dataset import Dataset

        in_file = TasteConfig.read_toml(config).get("preset") if config else None
        preset = preset or in_file or ("quick" if quick else None)
        chosen = build_config(config, preset, settings, encoder__name=encoder, seed=seed)
        base = ComparisonSettings.preset("quick" if quick else "paper" if preset == "paper" else "default")
        given = {
            "methods": _listed(methods),
            "protocols": _listed(protocols),
            "folds": _listed(folds),
            "seeds": seeds,
            "trials": trials,
        }
        compared = base.updated({name: value for name, value in given.items() if value is not None})
        command = shlex.join(["visualtaste", *sys.argv[1:]])
        result = run(Dataset.read(dataset), output, chosen, compared, workers, command, RichReporter())
        report = write_comparison(result, output)
        for protocol in result.protocols.values():
            out.print(terminal_table(protocol))
        err.print(f"[bold green]report:[/] {report}", highlight=False)


def _listed(values: list[str] | None) -> list[str] | None:
    """Repeated options and comma-separated ones alike."""
    return None if values is None else [part.strip() for value in values for part in value.split(",") if part.strip()]
