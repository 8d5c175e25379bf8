"""`visualtaste import movielens`: MovieLens, any release."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from visualtaste.cli.console import RichReporter, errors_as_one_line
from visualtaste.cli.import_options import CurationOptions, Output, with_curation
from visualtaste.cli.import_summary import show_import


@with_curation
def movielens(
    ratings: Annotated[Path, typer.Option(help="u.data, ratings.dat or ratings.csv (also .gz).")],
    movies: Annotated[Path, typer.Option(help="u.item, movies.dat or movies.csv (also .gz).")],
    output: Output,
    curation: CurationOptions,
    posters: Annotated[Path | None, typer.Option(help="Folder of posters: <movie id>.jpg.", show_default=False)] = None,
    poster_url: Annotated[
        str | None,
        typer.Option(help="Where posters can be had, {id} for the movie's.", metavar="ADDRESS", show_default=False),
    ] = None,
    min_rating: Annotated[
        float | None, typer.Option(help="Ratings below this are no interactions.", show_default="all count")
    ] = None,
    name: Annotated[str, typer.Option(help="Name of the dataset.")] = "movielens",
) -> None:
    """Import MovieLens: 100k, 1m, 10m or a release as CSV; its genres are the categories."""
    with errors_as_one_line():
        settings = curation.over()
        from visualtaste.data.movielens import import_movielens

        dataset = import_movielens(
            ratings,
            movies,
            output,
            posters=posters,
            poster_url=poster_url,
            min_rating=min_rating,
            name=name,
            settings=settings,
            reporter=RichReporter(),
        )
        show_import(dataset)
