"""`visualtaste import hm|tables`: a shop's data becomes a dataset folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from visualtaste.cli.console import RichReporter, errors_as_one_line, out
from visualtaste.config import CurationSettings, parse

if TYPE_CHECKING:
    from visualtaste.data.dataset import Dataset

import_app = typer.Typer(help="Turn a shop's tables and photos into a dataset folder.", no_args_is_help=True)


def _setting(field: str) -> Any:
    """An option whose help is the description of the setting that it fills."""
    description = CurationSettings.model_fields[field].description or ""
    return typer.Option(help=description[:1].upper() + description[1:] + ".", rich_help_panel="What is kept")


def _column(help: str, default: str) -> Any:
    return typer.Option(help=help, rich_help_panel="Names of columns", metavar="COLUMN", show_default=default)


_DEFAULT = CurationSettings()

Output = Annotated[Path, typer.Option("--output", "-o", help="Dataset folder to write.")]
MinUserItems = Annotated[int, _setting("min_user_items")]
MaxUserItems = Annotated[int, _setting("max_user_items")]
MinItemUsers = Annotated[int, _setting("min_item_users")]
MinCategoryItems = Annotated[int, _setting("min_category_items")]
MaxCategories = Annotated[int, _setting("max_categories")]
MaxPixels = Annotated[int, _setting("max_pixels")]
CheckImages = Annotated[bool, _setting("check_images")]


@import_app.command()
def hm(
    articles: Annotated[Path, typer.Option(help="articles.csv, or the same as Parquet.")],
    transactions: Annotated[Path, typer.Option(help="transactions_train.csv, or the same as Parquet.")],
    images: Annotated[Path, typer.Option(help="Folder of photos: <first 3 digits>/<article_id>.jpg.")],
    output: Output,
    name: Annotated[str, typer.Option(help="Name of the dataset.")] = "hm",
    min_user_items: MinUserItems = _DEFAULT.min_user_items,
    max_user_items: MaxUserItems = _DEFAULT.max_user_items,
    min_item_users: MinItemUsers = _DEFAULT.min_item_users,
    min_category_items: MinCategoryItems = _DEFAULT.min_category_items,
    max_categories: MaxCategories = _DEFAULT.max_categories,
    max_pixels: MaxPixels = _DEFAULT.max_pixels,
    check_images: CheckImages = _DEFAULT.check_images,
) -> None:
    """Import the H&M competition data."""
    with errors_as_one_line():
        settings = _curation(
            min_user_items=min_user_items,
            max_user_items=max_user_items,
            min_item_users=min_item_users,
            min_category_items=min_category_items,
            max_categories=max_categories,
            max_pixels=max_pixels,
            check_images=check_images,
        )
        from visualtaste.data.hm import import_hm

        _show(import_hm(articles, transactions, images, output, name=name, settings=settings, reporter=RichReporter()))


@import_app.command()
def tables(
    items: Annotated[Path, typer.Option(help="The catalogue, CSV (also .gz) or Parquet.")],
    interactions: Annotated[Path, typer.Option(help="Who bought what when, CSV (also .gz) or Parquet.")],
    images: Annotated[Path, typer.Option(help="Folder that the photos' paths start in.")],
    output: Output,
    name: Annotated[str | None, typer.Option(help="Name of the dataset; else that of its folder.")] = None,
    item_id: Annotated[str, _column("Item's id, in both files.", "item_id")] = "item_id",
    interaction_item_id: Annotated[
        str | None, _column("Item's id in the interactions, if other.", "as --item-id")
    ] = None,
    image: Annotated[str | None, _column("Photo's path; without, <item_id>.jpg, .png, ...", "image")] = None,
    image_url: Annotated[str | None, _column("Photo's address, for a later download.", "image_url")] = None,
    title: Annotated[str | None, _column("Item's title.", "title")] = None,
    categories: Annotated[str, _column("Item's categories, a list or separated text.", "categories")] = "categories",
    user_id: Annotated[str, _column("User's id.", "user_id")] = "user_id",
    timestamp: Annotated[str | None, _column("Time: seconds, milliseconds or ISO 8601.", "timestamp")] = None,
    separator: Annotated[str, typer.Option(help="What stands between two categories in a text.")] = "|",
    min_user_items: MinUserItems = _DEFAULT.min_user_items,
    max_user_items: MaxUserItems = _DEFAULT.max_user_items,
    min_item_users: MinItemUsers = _DEFAULT.min_item_users,
    min_category_items: MinCategoryItems = _DEFAULT.min_category_items,
    max_categories: MaxCategories = _DEFAULT.max_categories,
    max_pixels: MaxPixels = _DEFAULT.max_pixels,
    check_images: CheckImages = _DEFAULT.check_images,
) -> None:
    """Import any shop's items and interactions."""
    with errors_as_one_line():
        settings = _curation(
            min_user_items=min_user_items,
            max_user_items=max_user_items,
            min_item_users=min_item_users,
            min_category_items=min_category_items,
            max_categories=max_categories,
            max_pixels=max_pixels,
            check_images=check_images,
        )
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
        _show(
            import_tables(
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
        )


def _curation(**options: int | bool) -> CurationSettings:
    return parse(CurationSettings, options, source="options")


def _show(dataset: Dataset) -> None:
    """Print what was kept and, filter by filter, what was not."""
    table = Table("", "users", "items", "interactions", "categories", box=None)
    for column in table.columns[1:]:
        column.justify = "right"
    kept = (len(dataset.user_ids), len(dataset.items), len(dataset.interactions), len(dataset.categories))
    table.add_row("kept", *(f"{count:,}" for count in kept), style="bold green")
    for step in dataset.info.filters:
        removed = (step.removed_users, step.removed_items, step.removed_interactions, step.removed_categories)
        if any(removed):
            table.add_row(escape(f"{step.name}: {step.reason}"), *(f"-{count:,}" if count else "" for count in removed))
    out.print(table, highlight=False)
    if table.row_count > 1:
        where = escape(str(dataset.folder / "dataset.json"))
        out.print(f"[dim]examples of what was removed: {where}[/]", soft_wrap=True)
