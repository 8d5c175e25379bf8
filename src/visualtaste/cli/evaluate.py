"""`visualtaste evaluate`: models on the users that they never saw."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from visualtaste.cli.console import RichReporter, err, errors_as_one_line, out
from visualtaste.cli.precision import Int8Option, precision_of
from visualtaste.config import Protocol


def evaluate(
    models: Annotated[
        list[Path],
        typer.Argument(help="Model folders: several poolings are compared, folds of one pooling are put together."),
    ],
    dataset: Annotated[Path, typer.Argument(help="Dataset folder.")],
    protocol: Annotated[
        Protocol | None,
        typer.Option("--protocol", help="What is shown and asked. Default: what the first model was taught."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder for metrics.json and report.html.")
    ] = None,
    int8: Int8Option = False,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the bootstrap.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print all metrics as JSON instead of the table.")] = False,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the table as markdown, with intervals.")
    ] = False,
) -> None:
    """Score models on the test users of their own splits, beside popularity and the pooled item classifier."""
    with errors_as_one_line():
        from visualtaste.data.dataset import Dataset
        from visualtaste.evaluation.evaluate import evaluate as run
        from visualtaste.evaluation.table import markdown_table, terminal_table
        from visualtaste.evaluation.write import write_evaluation
        from visualtaste.inference.taste_model import TasteModel

        loaded = [TasteModel.load(model, precision_of(int8)) for model in models]
        data = Dataset.read(dataset)
        command = shlex.join(["visualtaste", *sys.argv[1:]])
        asked = protocol or loaded[0].manifest.protocol
        evaluated = run(loaded, data, asked, seed, command, RichReporter())
        if as_json:
            out.print_json(data=evaluated.evaluation.to_json())
        elif as_markdown:
            print(markdown_table(evaluated.evaluation))  # as it is: a console would wrap its lines
        else:
            out.print(terminal_table(evaluated.evaluation))
        if output:
            report = write_evaluation(evaluated, data, output)
            err.print(f"[bold green]report:[/] {report}", highlight=False)
