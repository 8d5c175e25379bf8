"""`visualtaste import hm`: the H&M competition data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from visualtaste.cli.console import RichReporter, errors_as_one_line
from visualtaste.cli.import_options import CurationOptions, Output, with_curation
from visualtaste.cli.import_summary import show_import


@with_curation
def hm(
    articles: Annotated[Path, typer.Option(help="articles.csv, or the same as Parquet.")],
    transactions: Annotated[Path, typer.Option(help="transactions_train.csv, or the same as Parquet.")],
    images: Annotated[Path, typer.Option(help="Folder of photos: <first 3 digits>/<article_id>.jpg.")],
    output: Output,
    curation: CurationOptions,
    name: Annotated[str, typer.Option(help="Name of the dataset.")] = "hm",
) -> None:
    """Import the H&M competition data."""
    with errors_as_one_line():
        settings = curation.over()
        from visualtaste.data.hm import import_hm

        dataset = import_hm(
            articles, transactions, images, output, name=name, settings=settings, reporter=RichReporter()
        )
        show_import(dataset)
