from __future__ import annotations

from visualtaste.data.amazon.labels import NameTable, choose_labels
from visualtaste.types import Ragged


def test_names_are_numbered_as_they_come() -> None:
    names = NameTable()
    assert [names.number(name) for name in ("b", "a", "b")] == [0, 1, 0]
    assert names.names == ["b", "a"]


def test_a_label_is_spelled_as_it_is_most_often() -> None:
    names = ["Home &amp; Kitchen", "HOME & KITCHEN", "Home & Kitchen", "bath", "Bath", "</span>", "Bullet.", "Women"]
    labels = choose_labels(names, [4, 3, 2, 1, 1, 6, 0, 9], stop=["  WOMEN"])
    assert labels.of_name == ["Home & Kitchen"] * 3 + ["Bath", "Bath", None, None, None]
    assert [(step.reason, step.removed_categories, step.examples) for step in labels.steps] == [
        ("text after the end of a category path", 1, ("Bullet.",)),
        ("nothing but blanks or markup", 1, ("</span>",)),
        ("another spelling of a label", 3, ("Home &amp; Kitchen", "HOME & KITCHEN", "bath")),
        ("on the stop list", 1, ("Women",)),
    ]


def test_names_and_labels_add_up() -> None:
    names = ["a", "A", "&amp;", "&", " ", "b", "c"]
    labels = choose_labels(names, [1, 1, 1, 1, 1, 1, 0], stop=["B", "unknown"])
    kept = {label for label in labels.of_name if label is not None}
    assert kept == {"A", "&"}  # a tie goes to the first in the alphabet
    assert len(names) == len(kept) + sum(step.removed_categories for step in labels.steps)


def test_lists_have_each_label_once_in_order() -> None:
    labels = choose_labels(["x", "y", "X", "z"], [3, 1, 1, 1], stop=["z"])
    lists = labels.lists(Ragged.from_rows([[3, 1, 0, 2], [], [3]]))
    assert lists.to_list() == [["y", "x"], [], []]
