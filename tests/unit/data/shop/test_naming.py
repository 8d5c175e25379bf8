from __future__ import annotations

import pytest

from visualtaste.data.shop.look import Look
from visualtaste.data.shop.naming import name_articles, names_of
from visualtaste.errors import ConfigError

NAUTICAL = Look("bag", "tote bag", "blue", "striped", "shiny")


def test_every_name_of_an_article() -> None:
    assert names_of(NAUTICAL) == {
        "kind:bag": 0,
        "colour:blue": 0,
        "pattern:striped": 0,
        "department:accessories": 1,
        "shape:tote bag": 1,
        "finish:shiny": 1,
        "style:nautical": 1,
        "kind x colour:blue bag": 2,
        "kind x pattern:striped bag": 2,
        "colour x pattern:striped blue": 2,
    }


def test_an_article_may_be_of_no_style_or_of_two() -> None:
    styles = {
        (colour, pattern): [
            name for name in names_of(Look("bag", "tote bag", colour, pattern, "matte")) if "style" in name
        ]
        for colour, pattern in (("grey", "striped"), ("red", "checked"))
    }
    assert styles == {("grey", "striped"): [], ("red", "checked"): ["style:country house", "style:rock"]}


def test_a_gift_is_filed_as_a_gift_and_as_nothing_else() -> None:
    assert names_of(Look("bag", "tote bag", "blue", "striped", "shiny", gift=True)) == {"occasion:gift": 0}


def test_attributes_come_first_then_what_is_frequent() -> None:
    rare = Look("hat", "beanie", "red", "plain", "matte")
    vocabulary, named = name_articles([NAUTICAL] * 30 + [rare] * 10, categories=8)
    # 40 articles: one is enough for a name. 6 attributes, then the groupings of most articles in order of name.
    assert vocabulary == (
        "colour:blue",
        "colour:red",
        "department:accessories",  # 40
        "finish:shiny",  # 30, before shape and style
        "kind:bag",
        "kind:hat",
        "pattern:plain",
        "pattern:striped",
    )
    assert named[-1] == ["colour:red", "department:accessories", "kind:hat", "pattern:plain"]


def test_a_name_needs_ten_articles_in_a_shop_of_four_hundred() -> None:
    looks = [NAUTICAL] * 391 + [Look("hat", "beanie", "red", "plain", "matte")] * 9
    assert len(name_articles(looks, categories=10)[0]) == 10
    with pytest.raises(ConfigError, match="400 of them unwrapped, make 10 categories of at least 10 items; lower"):
        name_articles(looks, categories=11)
