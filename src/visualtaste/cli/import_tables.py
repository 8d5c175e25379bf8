"""`visualtaste import tables`: any shop's items and interactions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from visualtaste.cli.console import RichReporter, errors_as_one_line
from visualtaste.cli.import_options import CurationOptions, Output, column, with_curation
from visualtaste.cli.import_summary import show_import


@with_curation
def tables(
    items: Annotated[Path, typer.Option(help="The catalogue, CSV (also .gz) or Parquet.")],
    interactions: Annotated[Path, typer.Option(help="Who bought what when, CSV (also .gz) or Parquet.")],
    images: Annotated[Path, typer.Option(help="Folder that the photos' paths start in.")],
    output: Output,
    curation: CurationOptions,
    name: Annotated[str | None, typer.Option(help="Name of the dataset; else that of its folder.")] = None,
    item_id: Annotated[str, column("Item's id, in both files.", "item_id")] = "item_id",
    interaction_item_id: Annotated[
        str | None, column("Item's id in the interactions, if other.", "as --item-id")
    ] = None,
    image: Annotated[str | None, column("Photo's path; without, <item_id>.jpg, .png, ...", "image")] = None,
    image_url: Annotated[str | None, column("Photo's address, for a later download.", "image_url")] = None,
    title: Annotated[str | None, column("Item's title.", "title")] = None,
    categories: Annotated[str, column("Item's categories, a list or separated text.", "categories")] = "categories",
    user_id: Annotated[str, column("User's id.", "user_id")] = "user_id",
    timestamp: Annotated[str | None, column("Time: seconds, milliseconds or ISO 8601.", "timestamp")] = None,
    separator: Annotated[str, typer.Option(help="What stands between two categories in a text.")] = "|",
) -> None:
    """Import any shop's items and interactions."""
    with errors_as_one_line():
        settings = curation.over()
        from visualtaste.data.tables import TableColumns, import_tables

        columns = TableColumns(
            item_id=item_id,
            interaction_item_id=interaction_item_id,
            image=image,
            image_url=image_url,
            title=title,
            categories=categories,
            user_id=user_id,
            timestamp=timestamp,
        )
        dataset = import_tables(
            items,
            interactions,
            images,
            output,
            columns=columns,
            separator=separator,
            name=name,
            settings=settings,
            reporter=RichReporter(),
        )
        show_import(dataset)
