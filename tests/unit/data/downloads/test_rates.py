from __future__ import annotations

import pytest

from visualtaste.data.downloads import rates as module
from visualtaste.data.downloads.outcome import Outcome
from visualtaste.data.downloads.rates import Rates


class Recorder:
    def __init__(self) -> None:
        self.said: list[tuple[int, str]] = []

    def advance(self, amount: int = 1, note: str = "") -> None:
        self.said.append((amount, note))


def test_rates_are_those_of_late_and_failures_come_by_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(module.time, "monotonic", lambda: now)
    rates, task = Rates(), Recorder()
    for _ in range(10):
        rates.add(Outcome("http://a/", "ok", 1, bytes=500_000), task)
    assert task.said == []
    now = 102.0
    rates.add(Outcome("http://a/", "gone", 1), task)
    assert task.said == [(11, "6/s · 2.5 MB/s · 1 gone")]
    now = 150.0  # long after: only what came since the last report counts
    rates.report(task)
    assert task.said[-1] == (0, "0/s · 0.0 MB/s · 1 gone")
    for status in ("timeout", "timeout", "timeout", "busy", "busy", "refused", "truncated"):
        rates.add(Outcome("http://a/", status, 1), task)  # type: ignore[arg-type]
    rates.report(task)
    assert task.said[-1][1].endswith("3 timeout, 2 busy, 1 gone, 2 others")
    assert rates.bytes == 5_000_000
