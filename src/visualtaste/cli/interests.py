"""`visualtaste interests`: what the person with these photos likes."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from visualtaste.cli.console import err, errors_as_one_line, out, printable
from visualtaste.cli.photos import find_photos
from visualtaste.cli.precision import Int8Option, precision_of

if TYPE_CHECKING:
    from visualtaste.inference.explain.attribution import Method
    from visualtaste.inference.explain.weighing import Explanation
    from visualtaste.inference.interests import Interests
    from visualtaste.inference.taste_model import TasteModel


def interests(
    model: Annotated[Path, typer.Argument(help="Model folder, as `visualtaste fit` writes it.")],
    photos: Annotated[list[Path], typer.Argument(help="Photos of one person's products, or folders of them.")],
    top: Annotated[int, typer.Option("-k", "--top", min=1, help="How many categories to show.")] = 15,
    explain: Annotated[bool, typer.Option("--explain", help="Say which photos each category is because of.")] = False,
    int8: Int8Option = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object, for programs.")] = False,
) -> None:
    """Show what the person whose product photos these are likes, and how much each photo counted.

    Photos that cannot be read are reported and left out.
    """
    with errors_as_one_line():
        from visualtaste.inference.taste_model import TasteModel

        opened = TasteModel.load(model, precision_of(int8))
        found = opened.interests(find_photos(photos), skip_unreadable=True)
        for photo in found.skipped:
            err.print(Text.assemble(("skipped: ", "yellow"), printable(photo.message)), soft_wrap=True)
        if as_json:
            typer.echo(json.dumps(for_programs(opened, found, top, explain), indent=2))
        else:
            show_interests(opened, found, top, explain)


def for_programs(model: TasteModel, found: Interests, top: int, explain: bool = False) -> dict[str, Any]:
    """The object that `--json` prints; keys are only ever added to it."""
    return {
        "model": str(model.folder),
        "calibrated": model.manifest.calibrated,
        "interests": [
            {
                "category": interest.category,
                "probability": interest.probability,
                **({"why": _why(found.explain(interest.category))} if explain else {}),
            }
            for interest in found.top(top)
        ],
        "photos": [{"photo": photo.name, "attention": photo.attention} for photo in found.photos],
        "skipped": [{"photo": s.name, "reason": s.reason, "message": s.message} for s in found.skipped],
    }


def _why(explanation: Explanation) -> dict[str, Any]:
    """Base and contributions add up to the logit; contributions are in the order of the photos."""
    why = asdict(explanation)
    del why["category"]
    return why


def show_interests(model: TasteModel, found: Interests, top: int, explain: bool = False) -> None:
    """Two tables for people: categories with their probabilities, photos with their attention."""
    # what an uncalibrated model gives is raised by its positive weight: no probability, and not called one
    likely = _table("category", "probability" if model.manifest.calibrated else "score")
    seen = _table("photo", "attention", numbered=explain)
    if explain:
        likely.add_column("because of", overflow="fold")
    for interest in found.top(top):
        why = (found.explain(interest.category).in_words,) if explain else ()
        likely.add_row(*_row(interest.category, interest.probability), *why)
    for number, photo in enumerate(found.photos, start=1):
        numbers = (str(number),) if explain else ()
        seen.add_row(*numbers, *_row(photo.name, photo.attention))
    out.print(likely, "", seen, sep="\n")
    if explain:
        out.print()
        out.print(_how(found.attribution.method), markup=False, highlight=False)


def _how(method: Method) -> str:
    return (
        f"Because of: {method}. From what the model says of an average photo, the photos' contributions add up to what "
        "it says here; named are those that contribute at least half as much as the one that contributes most."
    )


def _table(what: str, share: str, numbered: bool = False) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    if numbered:
        table.add_column("", justify="right", no_wrap=True)
    table.add_column(what, overflow="fold")
    table.add_column(share, justify="right", no_wrap=True)
    table.add_column("", width=20)
    return table


def _row(name: str, share: float) -> tuple[Text, str, ProgressBar]:
    return Text(printable(name)), f"{share:.1%}", ProgressBar(total=1, completed=share, width=20)
