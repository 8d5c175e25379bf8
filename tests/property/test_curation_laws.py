"""What curation promises holds for any tables, and is what a plain loop over sets comes to."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from support.raw_tables import curated, raw_interactions, raw_items
from visualtaste.data.dataset import Dataset
from visualtaste.errors import DataError

CATEGORIES = st.lists(st.sampled_from("uvwxyz"), max_size=3)
CATALOGUES = st.fixed_dictionaries(dict.fromkeys("abcdef", CATEGORIES), optional={"g": CATEGORIES})
LOGS = st.lists(
    st.tuples(st.sampled_from("12345"), st.sampled_from("abcdefgh"), st.integers(0, 3)), min_size=8, max_size=40
)


@dataclass(frozen=True)
class Minima:
    users: int
    items: int
    categories: int


MINIMA = st.builds(Minima, users=st.integers(1, 3), items=st.integers(0, 3), categories=st.integers(1, 3))


def curate_or_none(
    catalogue: dict[str, list[str]], log: list[tuple[str, str, int]], minima: Minima, at_most: int, width: int
) -> Dataset | None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            return curated(
                raw_items(catalogue),
                raw_interactions(log),
                Path(folder),
                min_user_items=minima.users,
                min_item_users=minima.items,
                min_category_items=minima.categories,
                max_user_items=at_most,
                max_categories=width,
            )
        except DataError:
            return None


def naive(
    catalogue: dict[str, list[str]], log: list[tuple[str, str, int]], minima: Minima
) -> tuple[dict[str, set[str]], set[tuple[str, str]]]:
    """Remove one offender at a time until there is none."""
    items = {item: set(names) for item, names in catalogue.items()}
    pairs = {(user, item) for user, item, _ in log if item in items}
    while True:
        of_user, of_item = Counter(user for user, _ in pairs), Counter(item for _, item in pairs)
        of_category = Counter(name for names in items.values() for name in names)
        rare = [name for name, count in of_category.items() if count < minima.categories]
        weak_items = [item for item in items if not items[item] or of_item[item] < minima.items]
        weak_users = [user for user, count in of_user.items() if count < minima.users]
        if rare:
            items = {item: names - {rare[0]} for item, names in items.items()}
        elif weak_items:
            del items[weak_items[-1]]
            pairs = {(user, item) for user, item in pairs if item in items}
        elif weak_users:
            pairs = {(user, item) for user, item in pairs if user != weak_users[-1]}
        else:
            return items, pairs


@settings(max_examples=60, deadline=None)
@given(CATALOGUES, LOGS, MINIMA)
def test_without_upper_limits_it_is_the_largest_part_that_meets_all_minima(
    catalogue: dict[str, list[str]], log: list[tuple[str, str, int]], minima: Minima
) -> None:
    items, pairs = naive(catalogue, log, minima)
    dataset = curate_or_none(catalogue, log, minima, at_most=100, width=100)
    if dataset is None:
        assert not items or not pairs
        return
    assert {row["item_id"]: set(row["categories"]) for row in dataset.items.to_dicts()} == items
    assert {(user, item) for user, item, _ in dataset.interactions.rows()} == pairs


@settings(max_examples=60, deadline=None)
@given(CATALOGUES, LOGS, MINIMA, st.integers(0, 2), st.integers(1, 4))
def test_all_promises_hold_with_upper_limits(
    catalogue: dict[str, list[str]], log: list[tuple[str, str, int]], minima: Minima, room: int, width: int
) -> None:
    at_most = minima.users + room
    dataset = curate_or_none(catalogue, log, minima, at_most, width)
    if dataset is None:
        return
    lengths = dataset.user_items.lengths
    assert lengths.min() >= minima.users
    assert lengths.max() <= at_most
    of_item = Counter(dataset.interactions["item_id"])
    of_category = Counter(name for names in dataset.items["categories"] for name in names)
    assert all(of_item[item] >= minima.items for item in dataset.items["item_id"])
    assert all(len(names) > 0 for names in dataset.items["categories"])
    assert list(dataset.categories) == sorted(of_category, key=lambda name: (-of_category[name], name))
    assert min(of_category.values()) >= minima.categories
    assert len(dataset.categories) <= width

    # kept and removed rows add up to the rows that came in
    steps = dataset.info.filters
    assert len(dataset.items) + sum(step.removed_items for step in steps) == len(catalogue)
    assert len(dataset.interactions) + sum(step.removed_interactions for step in steps) == len(log)
    assert len(dataset.user_ids) + sum(step.removed_users for step in steps) == len({user for user, *_ in log})
    names = {name for names in catalogue.values() for name in names}
    assert len(dataset.categories) + sum(step.removed_categories for step in steps) == len(names)
