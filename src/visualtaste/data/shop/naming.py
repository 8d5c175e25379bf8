"""The categories of the shop: what an article is filed under, and which of these names a shop of D categories keeps.

A gift-wrapped article is filed under `occasion:gift` and nothing else, as shops file their gift sets. That keeps the
truth clean: a gift shows a product that its buyer need not like, so its kind, colour and pattern must be neither
asked for nor rewarded. In the observed protocol the target is the union over the shown photos, so a gift adds
`occasion:gift` alone; in the held-out protocol later gifts add that alone as well. Nearly every user owns it and
nobody more for one taste than for another, and at the usual shares it is dropped as a common category. Were
gifts filed under their product's categories, a pooling that ignores gifts would be wrong in the observed protocol.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from visualtaste.data.shop.catalogue import STYLES
from visualtaste.data.shop.look import Look
from visualtaste.data.shop.silhouettes import KINDS
from visualtaste.errors import ConfigError

Rank = Literal[0, 1, 2]  # names of a lower rank are kept before those of a higher one

GIFT_CATEGORY = "occasion:gift"


def names_of(look: Look) -> dict[str, Rank]:
    """Every category that fits an article, with its rank: attributes, groupings, crosses of attributes."""
    if look.gift:
        return {GIFT_CATEGORY: 0}
    styles = [f"style:{name}" for name, style in STYLES.items() if style.includes(look.colour, look.pattern)]
    attributes = [f"kind:{look.kind}", f"colour:{look.colour}", f"pattern:{look.pattern}"]
    groupings = [f"department:{KINDS[look.kind].department}", f"shape:{look.shape}", f"finish:{look.finish}", *styles]
    crosses = [
        f"kind x colour:{look.colour} {look.kind}",
        f"kind x pattern:{look.pattern} {look.kind}",
        f"colour x pattern:{look.pattern} {look.colour}",
    ]
    return {**dict.fromkeys(attributes, 0), **dict.fromkeys(groupings, 1), **dict.fromkeys(crosses, 2)}


def name_articles(looks: Sequence[Look], categories: int) -> tuple[tuple[str, ...], list[list[str]]]:
    """The vocabulary of exactly `categories` names, sorted, and each article's names from it.

    Lower ranks are kept first, then what has more articles. A name needs 10 articles, or where fewer than 300 are
    unwrapped a thirtieth of those. Raises ConfigError when the articles do not make as many names.
    """
    fitting = [names_of(look) for look in looks]
    counts = Counter(name for names in fitting for name in names)
    ranks = {name: rank for names in fitting for name, rank in names.items()}
    unwrapped = sum(not look.gift for look in looks)
    least = min(max(unwrapped // 30, 1), 10)
    candidates = [name for name, count in counts.items() if count >= least]
    if len(candidates) < categories:
        raise ConfigError(
            f"categories = {categories}: {len(looks)} items, {unwrapped} of them unwrapped, make {len(candidates)} "
            f"categories of at least {least} items; lower categories or raise items"
        )
    kept = sorted(candidates, key=lambda name: (ranks[name], -counts[name], name))[:categories]
    vocabulary = set(kept)
    return tuple(sorted(kept)), [sorted(vocabulary.intersection(names)) for names in fitting]
