"""`visualtaste index`: make a model's item index."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from visualtaste.cli.console import RichReporter, err, errors_as_one_line, out
from visualtaste.cli.precision import Int8Option, precision_of

if TYPE_CHECKING:
    from visualtaste.recommend.manifest import ItemsManifest


def index(
    model: Annotated[Path, typer.Argument(help="Model folder; the index is written into it, as `items/`.")],
    dataset: Annotated[Path, typer.Argument(help="Dataset folder whose items are to be recommended.")],
    int8: Int8Option = False,
) -> None:
    """Index a dataset's items, so that `visualtaste recommend` can recommend them.

    What sells and what is bought together is learned from training users; how much each part of a score counts, from
    validation users. `recommend` then encodes photos as the index was made, with --int8 or without. Made again, for
    a newer catalogue, the index replaces the old one.
    """
    with errors_as_one_line():
        from visualtaste.data.dataset import Dataset
        from visualtaste.inference.taste_model import TasteModel
        from visualtaste.recommend.build import index_items

        opened = TasteModel.load(model, precision_of(int8))
        made = index_items(opened, Dataset.read(dataset), RichReporter())
        _show(made.manifest)
        err.print(f"[bold green]done:[/] {model / 'items'}", highlight=False)


def _show(manifest: ItemsManifest) -> None:
    left_out = f", {manifest.left_out:,} without a usable photo left out" if manifest.left_out else ""
    out.print(f"{manifest.items:,} items of {manifest.product_count:,} products{left_out}", highlight=False)
    tuning = manifest.tuning
    if tuning.users:
        out.print(f"weights tuned on {tuning.asked:,} later purchases of {tuning.users:,} validation users", "")
    else:
        out.print("weights are the defaults: no validation user has two items", "")
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="bold")
    table.add_column("part of the score")
    table.add_column("photos alone", justify="right")
    table.add_column("known items", justify="right")
    for name, photos in manifest.blend.photos.model_dump().items():
        table.add_row(Text(name), f"{photos:.2f}", f"{getattr(manifest.blend.known, name):.2f}")
    out.print(table)
