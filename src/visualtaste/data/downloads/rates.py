"""Progress in words: photos and megabytes a second of late, and the failures so far by kind."""

from __future__ import annotations

import time
from collections import Counter, deque

from visualtaste.data.downloads.outcome import Outcome
from visualtaste.data.downloads.statuses import Status
from visualtaste.progress import Task

_EVERY = 0.25  # seconds between two reports: more often nobody reads it
_WINDOW = 10.0  # seconds that a rate is taken over
_KINDS = 3  # of failures that there is room for


class Rates:
    """Counts outcomes and reports them to a task, a few times a second."""

    def __init__(self) -> None:
        self.counts: Counter[Status] = Counter()
        self.bytes = 0
        self._unsaid = 0
        self._done = 0
        self._points = deque([(time.monotonic(), 0, 0)])  # (when, done, bytes), the window's first to last

    def add(self, outcome: Outcome, task: Task) -> None:
        """Take up one outcome, and report when it is time."""
        self.counts[outcome.status] += 1
        self.bytes += outcome.bytes or 0
        self._unsaid += 1
        if time.monotonic() - self._points[-1][0] >= _EVERY:
            self.report(task)

    def report(self, task: Task) -> None:
        """Say what has not been said yet."""
        now = time.monotonic()
        self._done += self._unsaid
        self._points.append((now, self._done, self.bytes))
        while now - self._points[0][0] > _WINDOW and len(self._points) > 2:
            self._points.popleft()
        task.advance(self._unsaid, note=self.note())
        self._unsaid = 0

    def note(self) -> str:
        """Such as `412/s · 8.1 MB/s · 12 gone, 3 timeout`."""
        (since, done, size), (now, done_now, size_now) = self._points[0], self._points[-1]
        seconds = max(now - since, 1e-9)
        parts = [f"{(done_now - done) / seconds:.0f}/s", f"{(size_now - size) / seconds / 1e6:.1f} MB/s"]
        failures = [(status, count) for status, count in self.counts.most_common() if status != "ok"]
        if failures:
            named = [f"{count} {status}" for status, count in failures[:_KINDS]]
            rest = sum(count for _, count in failures[_KINDS:])
            parts.append(", ".join([*named, *([f"{rest} others"] if rest else [])]))
        return " · ".join(parts)
