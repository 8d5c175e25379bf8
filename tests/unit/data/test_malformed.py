from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from support.full_disk import files_of_at_most
from visualtaste.data.malformed import SIDE_FILE, Malformed


def test_lines_are_counted_by_reason_and_listed(tmp_path: Path) -> None:
    folder, source = tmp_path / "dataset", Path("elsewhere/reviews.gz")
    folder.mkdir()
    with Malformed(folder) as malformed:
        for line in range(7):
            malformed.add("interactions", source, line, "not UTF-8", b"\xff" * 900)
        malformed.add("items", source, 9, "not UTF-8", "\u00e9".encode() * 900)
        malformed.add("items", source, 10, "cut off", b"", lost=0)
        steps = malformed.steps()
        malformed.keep()
    assert [(step.reason, step.removed_items, step.removed_interactions) for step in steps] == [
        ("not UTF-8", 1, 7),
        ("cut off", 0, 0),
    ]
    assert steps[0].examples == tuple(f"reviews.gz, line {line}" for line in range(5))
    rows = [json.loads(row) for row in (folder / SIDE_FILE).read_text().splitlines()]
    assert len(rows) == 9
    assert rows[7] == {"file": "reviews.gz", "line": 9, "reason": "not UTF-8", "excerpt": "\u00e9" * 200}
    assert [path.name for path in tmp_path.iterdir()] == ["dataset"]


def test_an_import_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        with Malformed(tmp_path / "dataset") as malformed:
            malformed.add("items", Path("a"), 1, "b", b"c")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_the_list_of_an_earlier_import_goes(tmp_path: Path) -> None:
    (tmp_path / SIDE_FILE).write_text("old")
    with Malformed(tmp_path) as malformed:
        malformed.keep()
    assert not (tmp_path / SIDE_FILE).exists()


def test_a_full_disk_is_said_with_the_name_of_the_list_and_leaves_nothing(tmp_path: Path) -> None:
    def fill(count: int) -> None:
        with Malformed(tmp_path / "dataset") as malformed:
            for line in range(count):
                malformed.add("items", Path("a"), line, "b", b"c" * 150)
            malformed.keep()

    for count in (10, 1000):  # the second does not fit into a buffer
        with files_of_at_most(1000), pytest.raises(OSError, match=f"{tmp_path}/dataset/{SIDE_FILE}"):
            fill(count)
    assert list(tmp_path.iterdir()) == []


def test_a_file_name_that_is_no_text_is_listed_all_the_same(tmp_path: Path) -> None:
    with Malformed(tmp_path) as malformed:
        malformed.add("items", Path(os.fsdecode(b"a\xff.json")), 1, "b", b"c")
        malformed.keep()
    assert json.loads((tmp_path / SIDE_FILE).read_text())["file"] == "a?.json"
    assert malformed.steps()[0].examples == ("a?.json, line 1",)
