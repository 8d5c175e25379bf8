from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from visualtaste.data.downloads.journal import Journal, read_journal
from visualtaste.data.downloads.outcome import Outcome, Outcomes, latest, rows_of

GOOD = Outcome("http://a/ä\n", "ok", 1, bytes=3, digest="ab", http_status=200, image="00/a.png")
BAD = Outcome("http://b/", "gone", 2, http_status=404, message="HTTP 404")


def read(path: Path) -> tuple[list[Outcome], int]:
    """The outcomes, and how many lines are none."""
    lines = list(read_journal(path))
    return [outcome for outcome in lines if outcome is not None], lines.count(None)


def test_what_is_written_is_read_again_after_any_number_of_openings(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    assert read(path) == ([], 0)
    for outcome in (GOOD, BAD, GOOD):
        with Journal.opened(path) as journal:
            journal.write(outcome)
    assert read(path) == ([GOOD, BAD, GOOD], 0)


def test_a_run_finds_its_own_outcomes_again_also_while_it_writes(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_bytes(b"torn")
    with Journal.opened(path) as journal:
        journal.write(GOOD)
    with Journal.opened(path) as journal:
        journal.write(BAD)
        assert list(read_journal(path, journal.start)) == [BAD]


@pytest.mark.parametrize("torn", [b'{"image_url": "http://c', b"\0" * 1000, b"\xff"])
def test_a_torn_end_is_counted_and_cut_off(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "journal"
    with Journal.opened(path) as journal:
        journal.write(GOOD)
    with path.open("ab") as stream:
        stream.write(torn)
    assert read(path) == ([GOOD], 1)
    with Journal.opened(path) as journal:
        journal.write(BAD)
    assert read(path) == ([GOOD, BAD], 0)


def test_a_spoilt_line_in_the_middle_costs_itself_alone(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with Journal.opened(path) as journal:
        journal.write(GOOD)
    with path.open("ab") as stream:
        stream.write(b'\0\0\0\n{"image_url": "x"}\n[1]\n')
    with Journal.opened(path) as journal:
        journal.write(BAD)
    assert read(path) == ([GOOD, BAD], 3)


def test_a_full_disk_leaves_whole_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "journal"
    write = os.write

    def full(descriptor: int, content: bytes) -> int:
        if len(content) > 20:
            return write(descriptor, content[:20])
        raise OSError(errno.ENOSPC, "No space left on device")

    with Journal.opened(path) as journal:
        journal.write(GOOD)
        monkeypatch.setattr(os, "write", lambda d, c: full(d, c[:21] if len(c) > 21 else c))
        with pytest.raises(OSError, match="No space left") as caught:
            journal.write(BAD)
        assert caught.value.filename == str(path)
        assert read(path) == ([GOOD], 0)
        monkeypatch.undo()
        journal.write(BAD)
    assert read(path) == ([GOOD, BAD], 0)


def test_the_latest_outcome_of_an_address_counts() -> None:
    outcomes = Outcomes(rows_of([GOOD, Outcome(BAD.image_url, "timeout", 4)]))
    outcomes.add(BAD)
    assert latest(outcomes.rows())["status"].to_list() == ["ok", "gone"]


def test_thousands_of_outcomes_become_rows_on_the_way() -> None:
    outcomes = Outcomes(rows_of([]))
    for number in range(10_000):
        outcomes.add(Outcome(f"http://a/{number % 5000}", "ok", tries=number))
    rows = latest(outcomes.rows())
    assert sorted(rows["tries"]) == list(range(5000, 10_000))
