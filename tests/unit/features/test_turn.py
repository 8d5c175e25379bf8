from __future__ import annotations

from pathlib import Path

import pytest

from visualtaste.errors import InUseError
from visualtaste.features import turn
from visualtaste.features.turn import in_turn
from visualtaste.locks import exclusive


def test_one_enters_when_the_other_has_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn, "_SECONDS_BETWEEN_TRIES", 0.0)
    other = exclusive(tmp_path / "lock")
    other.__enter__()
    tries = []

    def still_waiting(error: InUseError) -> None:
        tries.append(str(error))
        if len(tries) == 3:
            other.__exit__(None, None, None)

    with in_turn(lambda: exclusive(tmp_path / "lock"), still_waiting), pytest.raises(InUseError):
        exclusive(tmp_path / "lock").__enter__()
    assert len(tries) == 3
    assert str(tmp_path) in tries[0]


def test_another_error_is_not_waited_out(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"), in_turn(lambda: exclusive(tmp_path / "file" / "lock")):
        pytest.fail("entered")
