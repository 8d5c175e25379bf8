"""`visualtaste import amazon`: the Amazon product data, any edition."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from visualtaste.cli.console import RichReporter, errors_as_one_line
from visualtaste.cli.import_options import CurationOptions, Output, with_curation
from visualtaste.cli.import_summary import show_import


class EditionOption(StrEnum):
    """Editions on the command line."""

    auto = "auto"
    e2014 = "2014"
    e2018 = "2018"
    e2023 = "2023"


class RecipeOption(StrEnum):
    """Recipes on the command line."""

    home_and_kitchen = "home-and-kitchen"
    fashion = "fashion"


@with_curation
def amazon(
    reviews: Annotated[Path, typer.Option(help="Reviews of one edition, a line each (also .gz).")],
    metadata: Annotated[Path, typer.Option(help="Metadata of the same items, a line each (also .gz).")],
    output: Output,
    curation: CurationOptions,
    edition: Annotated[
        EditionOption, typer.Option(help="Edition; auto looks at the first lines.")
    ] = EditionOption.auto,
    recipe: Annotated[
        RecipeOption | None, typer.Option(help="Settings from publications; options that are given win over them.")
    ] = None,
    images: Annotated[
        Path | None,
        typer.Option(help="Folder of photos that were downloaded before.", show_default="to be downloaded later"),
    ] = None,
    stop: Annotated[
        list[str] | None,
        typer.Option(help="Label that is no category; may be repeated.", show_default="the recipe's", metavar="LABEL"),
    ] = None,
    name: Annotated[str, typer.Option(help="Name of the dataset.")] = "amazon",
) -> None:
    """Import the Amazon product data of 2014, 2018 or 2023."""
    with errors_as_one_line():
        from visualtaste.data.amazon.importer import import_amazon
        from visualtaste.data.amazon.recipes import RECIPES, AmazonRecipe

        start = AmazonRecipe() if recipe is None else RECIPES[recipe.value]
        dataset = import_amazon(
            reviews,
            metadata,
            output,
            edition=edition.value,
            images=images,
            stop=start.stop if stop is None else stop,
            name=name,
            settings=curation.over(start.curation),
            reporter=RichReporter(),
        )
        show_import(dataset)
