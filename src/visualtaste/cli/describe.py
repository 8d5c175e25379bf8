"""`visualtaste describe`: what a model is and where it comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from visualtaste.cli.console import errors_as_one_line, printable


def describe(
    model: Annotated[Path, typer.Argument(help="Model folder, as `visualtaste fit` writes it.")],
) -> None:
    """Say what a model was trained on, how, and what was measured."""
    with errors_as_one_line():
        from visualtaste.inference.taste_model import TasteModel

        typer.echo("\n".join(map(printable, TasteModel.load(model).describe().splitlines())))
