"""`visualtaste recommend`: items for the person with these photos."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from visualtaste.cli.console import err, errors_as_one_line, out, printable
from visualtaste.cli.photos import find_photos
from visualtaste.inference.explain.weighing import photos_in_words

if TYPE_CHECKING:
    from visualtaste.recommend.recommender import Recommender
    from visualtaste.recommend.results import Recommendation, Recommendations

# What the parts of a score are called where people read them.
_WORDS = {
    "posterior": "interests",
    "visual": "looks",
    "categories": "kind",
    "variant": "variant of a known item",
    "neighbours": "bought together",
    "popularity": "popular",
    "recent": "sells well now",
}

_REASONS = 2  # that are shown of an item


def recommend(
    model: Annotated[Path, typer.Argument(help="Model folder with an item index, as `visualtaste index` makes it.")],
    photos: Annotated[
        list[Path] | None, typer.Argument(help="Photos of one person's products, or folders of them.")
    ] = None,
    k: Annotated[int, typer.Option("-k", "--top", min=1, help="How many items.")] = 20,
    category: Annotated[str | None, typer.Option("--category", help="Only items of this category.")] = None,
    known: Annotated[
        list[str] | None, typer.Option("--known", help="Id of an item that the person has. May be repeated.")
    ] = None,
    diversity: Annotated[
        float, typer.Option("--diversity", min=0, max=1, help="0: the best items; towards 1: items unlike each other.")
    ] = 0.0,
    variants: Annotated[bool, typer.Option("--variants", help="Allow several variants of one product.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Say which photos each item is because of.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object, for programs.")] = False,
) -> None:
    """Recommend items for the person whose product photos these are.

    Photos that cannot be read are reported and left out. Items that the photos show are known, and not recommended.
    """
    with errors_as_one_line():
        from visualtaste.recommend.recommender import Recommender

        recommender = Recommender.load(model)
        found = recommender.recommend(
            find_photos(photos or []),
            known=known or [],
            k=k,
            category=category,
            diversity=diversity,
            variants=variants,
            skip_unreadable=True,
        )
        for photo in found.skipped:
            err.print(Text.assemble(("skipped: ", "yellow"), printable(photo.message)), soft_wrap=True)
        if as_json:
            typer.echo(json.dumps(_for_programs(recommender, found, explain), indent=2))
        else:
            show_items(found, explain)
            _say_what_is_missing(found, k, category)


def _for_programs(recommender: Recommender, found: Recommendations, explain: bool) -> dict[str, Any]:
    """The object that `--json` prints; keys are only ever added to it."""
    return {
        "model": str(recommender.model.folder),
        "items": [
            {
                "item_id": item.item_id,
                "title": item.title,
                "categories": list(item.categories),
                "score": item.score,
                "parts": item.parts,
                **({"why": asdict(found.explain(item))} if explain else {}),
            }
            for item in found
        ],
        "known": list(found.known),
        "photos": list(found.photos),
        **({"shown": list(found.shown)} if explain else {}),
        "skipped": [{"photo": s.name, "reason": s.reason, "message": s.message} for s in found.skipped],
    }


def show_items(found: Recommendations, explain: bool = False, names: Sequence[str] = ()) -> None:
    """A table of the items for people; with `explain`, what each is because of, and the numbered list of that.

    `names` are what the things shown are called there, by default photos by their paths and known items by their ids.
    """
    if not len(found):
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("item", overflow="fold", no_wrap=True)
    table.add_column("title", overflow="fold")
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("mostly for")
    if explain:
        table.add_column("because of")
    for place, item in enumerate(found, start=1):
        row = Text(printable(item.item_id)), Text(printable(item.title or "")), f"{item.score:.2f}", _reasons(item)
        table.add_row(str(place), *row, *((_because(found, item),) if explain else ()))
    out.print(table)
    if explain:
        out.print("", _numbered(names or found.shown, _noun(found)), "", sep="\n")
        out.print(_how(found), markup=False, highlight=False)


def _because(found: Recommendations, item: Recommendation) -> str:
    why = found.explain(item)
    words = photos_in_words(why.because, len(found.shown), _noun(found))
    return f"{words} (+{sum(why.contributions[place] for place in why.because):.2f})" if why.because else words


def _noun(found: Recommendations) -> str:
    return "item" if found.unphotographed else "photo"


def _numbered(names: Sequence[str], noun: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("", justify="right", no_wrap=True)
    table.add_column(noun, overflow="fold")
    for number, name in enumerate(names, start=1):
        table.add_row(str(number), Text(printable(name)))
    return table


def _how(found: Recommendations) -> str:
    noun, method = _noun(found), found.explain(found.items[0]).method
    return (
        f"Because of: the {noun}s that add at least half as much to the score as the one that adds most, and what they "
        f"add together. The part of the interests is divided by {method}; the other parts are sums over {noun}s."
    )


def _say_what_is_missing(found: Recommendations, wanted: int, category: str | None) -> None:
    if found.known:
        noun = "item" if len(found.known) == 1 else "items"
        err.print(f"{len(found.known)} known {noun} left out", highlight=False)
    if len(found) < wanted:
        where = f" of the category {category!r}" if category else ""
        line = f"there are no more items{where} that the person does not have"
        err.print(printable(line), markup=False, highlight=False, soft_wrap=True)


def _reasons(item: Recommendation) -> str:
    """The parts that add most to the score, the first first."""
    strongest = sorted(item.parts, key=lambda name: -item.parts[name])[:_REASONS]
    return ", ".join(_WORDS[name] for name in strongest if item.parts[name] > 0)
