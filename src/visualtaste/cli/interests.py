"""`visualtaste interests`: what the person with these photos likes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from visualtaste.cli.console import err, errors_as_one_line, out, printable
from visualtaste.cli.photos import find_photos

if TYPE_CHECKING:
    from visualtaste.inference.interests import Interests
    from visualtaste.inference.taste_model import TasteModel


def interests(
    model: Annotated[Path, typer.Argument(help="Model folder, as `visualtaste fit` writes it.")],
    photos: Annotated[list[Path], typer.Argument(help="Photos of one person's products, or folders of them.")],
    top: Annotated[int, typer.Option("-k", "--top", min=1, help="How many categories to show.")] = 15,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object, for programs.")] = False,
) -> None:
    """Show what the person whose product photos these are likes, and how much each photo counted.

    Photos that cannot be read are reported and left out.
    """
    with errors_as_one_line():
        from visualtaste.inference.taste_model import TasteModel

        opened = TasteModel.load(model)
        found = opened.interests(find_photos(photos), skip_unreadable=True)
        for photo in found.skipped:
            err.print(Text.assemble(("skipped: ", "yellow"), printable(photo.message)), soft_wrap=True)
        if as_json:
            typer.echo(json.dumps(for_programs(opened, found, top), indent=2))
        else:
            show_interests(opened, found, top)


def for_programs(model: TasteModel, found: Interests, top: int) -> dict[str, Any]:
    """The object that `--json` prints; keys are only ever added to it."""
    return {
        "model": str(model.folder),
        "calibrated": model.manifest.calibrated,
        "interests": [{"category": i.category, "probability": i.probability} for i in found.top(top)],
        "photos": [{"photo": photo.name, "attention": photo.attention} for photo in found.photos],
        "skipped": [{"photo": s.name, "reason": s.reason, "message": s.message} for s in found.skipped],
    }


def show_interests(model: TasteModel, found: Interests, top: int) -> None:
    """Two tables for people: categories with their probabilities, photos with their attention."""
    # what an uncalibrated model gives is raised by its positive weight: no probability, and not called one
    likely = _table("category", "probability" if model.manifest.calibrated else "score")
    for interest in found.top(top):
        _add_row(likely, interest.category, interest.probability)
    seen = _table("photo", "attention")
    for photo in found.photos:
        _add_row(seen, photo.name, photo.attention)
    out.print(likely, "", seen, sep="\n")


def _table(what: str, share: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column(what, overflow="fold")
    table.add_column(share, justify="right", no_wrap=True)
    table.add_column("", width=20)
    return table


def _add_row(table: Table, name: str, share: float) -> None:
    table.add_row(Text(printable(name)), f"{share:.1%}", ProgressBar(total=1, completed=share, width=20))
