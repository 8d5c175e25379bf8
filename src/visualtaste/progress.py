"""How long jobs tell what they are doing; the command line draws it, a library caller may ignore it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Task(Protocol):
    """One running job."""

    def advance(self, amount: int = 1, note: str = "") -> None:
        """Report `amount` more units done; `note` is shown beside the bar (a loss, a count)."""


class Reporter(Protocol):
    """Receives the progress of long jobs."""

    def task(self, title: str, total: int, done: int = 0) -> AbstractContextManager[Task]:
        """Open a job of `total` units of which `done` are done already (a resumed job)."""

    def say(self, message: str) -> None:
        """Show one line that stays."""


class _SilentTask:
    def advance(self, amount: int = 1, note: str = "") -> None:
        pass


class Silent:
    """A reporter that shows nothing: the default for library callers."""

    @contextmanager
    def task(self, title: str, total: int, done: int = 0) -> Iterator[Task]:
        yield _SilentTask()

    def say(self, message: str) -> None:
        pass
