"""The picture that a shop serves where there is none any more: one file behind many addresses.

One picture behind several addresses also stands for variants of one product, which a shop may photograph once. So
it takes both, many addresses and items whose categories differ; or more addresses than a product has variants, as in
a catalogue most of whose items have one and the same category. Items with the same address do not count, they ask for
the same picture.
"""

from __future__ import annotations

import polars as pl

_NO_VARIANTS = 10  # times as many addresses as it takes otherwise


def placeholder_digests(photos: pl.DataFrame, at_least: int) -> pl.DataFrame:
    """The digests that stand for dead links, most addresses first: digest, addresses.

    `photos` has the columns image_url, digest and categories, a row for each item with a photo that was fetched.
    A digest is taken for a placeholder's when `at_least` different addresses led to it, 0 meaning never, and the
    items that have these addresses are not all of the same categories; or ten times as many did.
    """
    labelled = photos.with_columns(pl.col("categories").list.sort().list.join("\x1f"))
    shared = labelled.group_by("digest", maintain_order=True).agg(
        pl.col("image_url").n_unique().alias("addresses"), pl.col("categories").n_unique().alias("labels")
    )
    if not at_least:
        return shared.clear().select("digest", "addresses")
    unlike = (pl.col("addresses") >= at_least) & (pl.col("labels") > 1)
    found = shared.filter(unlike | (pl.col("addresses") >= _NO_VARIANTS * at_least)).select("digest", "addresses")
    return found.sort("addresses", "digest", descending=[True, False])
