"""`visualtaste import recbole`: RecBole's atomic files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from visualtaste.cli.console import RichReporter, errors_as_one_line
from visualtaste.cli.import_options import CurationOptions, Output, column, with_curation
from visualtaste.cli.import_summary import show_import


@with_curation
def recbole(
    interactions: Annotated[Path, typer.Option(help="The file NAME.inter (also .gz).")],
    items: Annotated[Path, typer.Option(help="The file NAME.item (also .gz).")],
    output: Output,
    curation: CurationOptions,
    images: Annotated[
        Path | None, typer.Option(help="Folder of photos: <item id>.jpg.", show_default="to be downloaded later")
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Name of the dataset.", show_default="that of the interactions")
    ] = None,
    user_id: Annotated[str, column("User's id.", "user_id")] = "user_id",
    item_id: Annotated[str, column("Item's id, in both files.", "item_id")] = "item_id",
    timestamp: Annotated[str | None, column("Time of an interaction.", "timestamp, time or date")] = None,
    categories: Annotated[
        str | None, column("Item's categories, token or token_seq.", "categories, class, genre, ...")
    ] = None,
    title: Annotated[str | None, column("Item's title.", "title, movie_title or name")] = None,
    image_url: Annotated[str | None, column("Photo's address, for a later download.", "image_url, ...")] = None,
    separator: Annotated[
        str, typer.Option(help="What stands between two values of a token_seq.", show_default="a blank")
    ] = " ",
) -> None:
    """Import atomic files, as RecBole and its published data sets have them."""
    with errors_as_one_line():
        settings = curation.over()
        from visualtaste.data.recbole import RecboleColumns, import_recbole

        columns = RecboleColumns(
            user_id=user_id,
            item_id=item_id,
            timestamp=timestamp,
            title=title,
            image_url=image_url,
            categories=categories,
        )
        dataset = import_recbole(
            interactions,
            items,
            output,
            images=images,
            columns=columns,
            separator=separator,
            name=name,
            settings=settings,
            reporter=RichReporter(),
        )
        show_import(dataset)
