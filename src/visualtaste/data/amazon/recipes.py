"""What was done to the Amazon data in publications, as settings that an import may start from."""

from __future__ import annotations

from pydantic import Field

from visualtaste.config import CurationSettings
from visualtaste.settings import Settings


class AmazonRecipe(Settings):
    """Choices for one kind of shop."""

    curation: CurationSettings = CurationSettings()
    stop: tuple[str, ...] = Field((), description="labels, in any spelling, that are no categories")


RECIPES: dict[str, AmazonRecipe] = {
    # Demochkin & Savchenko 2019: the 5-core, the 1000 most frequent categories however rare, 5 to 40 items a user
    "home-and-kitchen": AmazonRecipe(
        curation=CurationSettings(
            min_user_items=5, max_user_items=40, min_item_users=5, min_category_items=1, max_categories=1000
        ),
    ),
    # labels that are frequent enough to be seen, without those that say for whom a thing is or that it is one to wear
    "fashion": AmazonRecipe(
        curation=CurationSettings(
            min_user_items=5, max_user_items=40, min_item_users=5, min_category_items=1000, max_categories=1000
        ),
        stop=(
            "Amazon Fashion",
            "Clothing, Shoes & Jewelry",
            "Clothing",
            "Men",
            "Women",
            "Boys",
            "Girls",
            "Baby",
            "Baby Boys",
            "Baby Girls",
            "Kids & Baby",
            "Unisex",
        ),
    ),
}
