"""Errors become one line; bugs show themselves."""

from __future__ import annotations

import errno

import pytest

from visualtaste.cli import console
from visualtaste.cli.console import RichReporter, errors_as_one_line, printable
from visualtaste.errors import ConfigError


def test_an_error_of_ours_is_one_line_and_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught, errors_as_one_line():
        raise ConfigError("a [red]file\nname " + "long " * 100)
    assert caught.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "error: a [red]file\N{REPLACEMENT CHARACTER}name " + "long " * 100 + "\n"


def test_a_missing_extra_is_an_error_of_ours(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught, errors_as_one_line():
        raise ModuleNotFoundError("No module named 'torch'", name="torch.nn")
    assert caught.value.code == 2
    assert (
        capsys.readouterr().err == "error: this command needs an optional install: pip install 'visualtaste[train]'\n"
    )


def test_a_full_disk_is_one_line_that_names_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught, errors_as_one_line():
        raise OSError(errno.ENOSPC, "No space left on device", "shop/a.jpg")
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith("error: No space left on device: shop/a.jpg; ")


@pytest.mark.parametrize(
    "bug", [ValueError("x"), ModuleNotFoundError("x", name="visualtaste.nothing"), OSError(errno.EINVAL, "x")]
)
def test_a_bug_shows_itself(bug: Exception) -> None:
    with pytest.raises(type(bug)), errors_as_one_line():
        raise bug


def test_an_interrupt_is_code_130(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught, errors_as_one_line():
        raise KeyboardInterrupt
    assert caught.value.code == 130
    assert "goes on from here" in capsys.readouterr().err


def test_printable_keeps_every_script_and_takes_what_harms() -> None:
    for kept in ("größe", "写真", "می\u200cخ", "10\u202f000\u00a0€", "👟"):
        assert printable(kept) == kept
    for harmful in ("\n", "\x1b", "\x00", "\u202e", "\udcff", "\u2028"):
        assert printable(f"a{harmful}b") == "a\N{REPLACEMENT CHARACTER}b"


def test_progress_in_a_log_is_a_line_a_minute(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 30.0, 60.0, 90.0, 100.0])
    monkeypatch.setattr(console.time, "monotonic", lambda: next(clock))
    with RichReporter().task("Tuning", total=10, done=6) as task:
        for note in ("a", "b", "c", "d"):
            task.advance(note=note)
    assert capsys.readouterr().err.splitlines() == [
        "Tuning: 8 of 10, 0:01:00 passed, 0:01:00 left · b",
        "Tuning: 10 of 10, 0:01:40 passed, 0:00:00 left · d",
    ]
