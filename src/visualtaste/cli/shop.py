"""`visualtaste shop`: draws a shop with pictures, categories and customers, to try everything on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from visualtaste.cli.console import RichReporter, errors_as_one_line, out

if TYPE_CHECKING:
    from visualtaste.data.dataset import Dataset


def shop(
    output: Annotated[Path, typer.Option("-o", "--output", help="Dataset folder to write.")],
    users: Annotated[int, typer.Option(help="Customers, each with 5 to 40 items.")] = 1000,
    items: Annotated[int, typer.Option(help="Articles, each with a picture.")] = 3000,
    categories: Annotated[int, typer.Option(help="Categories, at least 40.")] = 120,
    seed: Annotated[int, typer.Option(min=0, help="The same seed draws the same shop, bit for bit.")] = 0,
    gifts: Annotated[float, typer.Option(help="Share of every customer's purchases that are gifts for others.")] = 0.3,
    size: Annotated[int, typer.Option(help="Side of the pictures in pixels.")] = 96,
) -> None:
    """Generate a shop: pictures of products, their categories, and who bought what.

    A folder that holds a generated shop and nothing else is replaced; any other that is not empty is refused.
    """
    with errors_as_one_line():
        from visualtaste.data.shop.generate import generate_shop
        from visualtaste.data.shop.world import ShopSettings
        from visualtaste.settings import parse

        wanted = {"users": users, "items": items, "categories": categories, "gift_share": gifts, "image_size": size}
        settings = parse(ShopSettings, wanted, "visualtaste shop")
        _summarise(generate_shop(output, settings, seed, RichReporter()))


def _summarise(dataset: Dataset) -> None:
    from visualtaste.data.shop.generate import gift_items

    gifts = gift_items(dataset)
    purchases = dataset.user_items
    lengths = purchases.lengths
    out.print(f"[bold]{dataset.folder}[/]", highlight=False, soft_wrap=True)
    for count, what in (
        (len(dataset.items), f"items with pictures, {gifts.sum():,} of them gift-wrapped"),
        (
            len(dataset.categories),
            f"categories, {dataset.item_categories.lengths[~gifts].mean():.1f} an unwrapped item",
        ),
        (len(purchases), f"users with {lengths.min()} to {lengths.max()} items, {lengths.mean():.1f} on average"),
        (lengths.sum(), f"purchases, {gifts[purchases.values].mean():.0%} of them gifts for others"),
    ):
        out.print(f"{count:>9,} {what}", highlight=False)
