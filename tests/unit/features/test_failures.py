from __future__ import annotations

import errno
from pathlib import Path

import pytest

from support.full_disk import files_of_at_most
from visualtaste.features.failures import Failure, FailureLog


def failure(row: int, message: str = "cut off") -> Failure:
    return {"row": row, "item_id": f"item {row}", "reason": "truncated", "message": message}


def test_records_come_back_in_their_order(tmp_path: Path) -> None:
    log = FailureLog(tmp_path / "log")
    assert list(log) == []
    log.append([failure(2), failure(0)])
    log.append([failure(2, "écrasé\nby two lines")])
    assert list(log) == [failure(2), failure(0), failure(2, "écrasé\nby two lines")]
    assert len((tmp_path / "log").read_text(encoding="utf-8").splitlines()) == 3
    log.clear()
    assert list(log) == []


def test_a_name_that_is_no_text_comes_back(tmp_path: Path) -> None:
    log = FailureLog(tmp_path / "log")
    log.append([failure(1, "caf\udce9.jpg: empty")])  # how Python reads the name b"caf\xe9.jpg"
    assert list(log) == [failure(1, "caf\udce9.jpg: empty")]


def test_a_kill_at_any_byte_costs_the_last_record_alone(tmp_path: Path) -> None:
    log = FailureLog(tmp_path / "log")
    log.append([failure(1), failure(2, "ü")])
    whole = log.path.read_bytes()
    first = whole.index(b"\n") + 1
    for length in range(first, len(whole) - 1):
        log.path.write_bytes(whole[:length])
        assert list(log) == [failure(1)]
        log.append([failure(3)])
        assert list(log) == [failure(1), failure(3)], f"cut after {length} bytes"


@pytest.mark.parametrize("line", ["[1]", "3", "null", "{}", '{"row": 1}', "no JSON"])
def test_lines_that_are_no_records_are_passed_over(tmp_path: Path, line: str) -> None:
    (tmp_path / "log").write_text(line + "\n")
    log = FailureLog(tmp_path / "log")
    log.append([failure(4)])
    assert list(log) == [failure(4)]


def test_a_full_disk_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    log = FailureLog(tmp_path / "log")
    log.append([failure(1)])
    with files_of_at_most(log.path.stat().st_size + 9), pytest.raises(OSError, match=str(log.path)) as caught:
        log.append([failure(2)])
    assert caught.value.errno == errno.EFBIG
    log.append([failure(3)])
    assert list(log) == [failure(1), failure(3)]
