from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support.full_disk import files_of_at_most
from visualtaste.errors import InUseError
from visualtaste.locks import exclusive, refuse_held

HOLD = """
import sys, pathlib
from visualtaste.locks import exclusive, refuse_held
with exclusive(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def hold(path: Path) -> subprocess.Popen[str]:
    """Another process that holds the lock until its standard input is closed."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_lock_is_had_again_once_it_was_given_back(tmp_path: Path) -> None:
    for _ in range(2):
        with exclusive(tmp_path / "new" / "lock"):
            assert (tmp_path / "new" / "lock").read_text() == f"{os.getpid()}\n"


def test_a_second_holder_is_refused_in_the_same_process_too(tmp_path: Path) -> None:
    refused = pytest.raises(InUseError, match=f"written by process {os.getpid()}: wait")
    with exclusive(tmp_path / "lock"), refused, exclusive(tmp_path / "lock"):
        pytest.fail("held twice")


def test_an_error_gives_it_back(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), exclusive(tmp_path / "lock"):
        1 / 0  # noqa: B018
    with exclusive(tmp_path / "lock"):
        pass


def test_another_process_is_named_and_its_death_frees_the_lock(tmp_path: Path) -> None:
    with hold(tmp_path / "lock") as process:
        refused = pytest.raises(InUseError, match=f"{tmp_path} is being written by process {process.pid}")
        with refused, exclusive(tmp_path / "lock"):
            pytest.fail("held twice")
        process.send_signal(signal.SIGKILL)
        process.wait()
        with exclusive(tmp_path / "lock"):
            pass


def test_a_full_disk_does_not_keep_anybody_from_the_lock(tmp_path: Path) -> None:
    with files_of_at_most(0), exclusive(tmp_path / "lock"), pytest.raises(InUseError, match="by another process"):
        refuse_held(tmp_path / "lock")
    refuse_held(tmp_path / "lock")
    refuse_held(tmp_path / "none")
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]
