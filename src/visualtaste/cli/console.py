"""What every command shares: the console, progress bars, and the one place where errors become one line."""

from __future__ import annotations

import errno
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import NoReturn

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Task as ProgressTask
from rich.table import Column
from rich.text import Text

from visualtaste.errors import MissingExtraError, VisualTasteError
from visualtaste.progress import Task

# Results go to stdout, everything about the way there to stderr, so that `--json` can be piped.
# No emoji: a file called :car:.jpg keeps its name.
out = Console(emoji=False)
err = Console(stderr=True, emoji=False)

# what names are written with although Python does not call it printable: wide spaces, joiners of letters
_HARMLESS = "\u00a0\u202f\u3000\u200c\u200d"

_SECONDS_A_LINE = 60  # of progress in a log

# troubles of the machine, not of the program: no traceback explains them better than their own words
_DISK_TROUBLE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM}


def printable(text: str) -> str:
    """The text with control characters, and bytes of file names that are no text, made visible and harmless.

    They would break a line, colour the terminal, or fail to be written at all.
    """
    return "".join(c if c.isprintable() or c in _HARMLESS else "\N{REPLACEMENT CHARACTER}" for c in text)


@contextmanager
def errors_as_one_line() -> Iterator[None]:
    """Turn errors of visualtaste into one line on stderr and exit code 2; anything else is a bug and shows itself."""
    try:
        yield
    except VisualTasteError as error:
        _fail(error)
    except ModuleNotFoundError as error:
        if (error.name or "visualtaste").split(".")[0] == "visualtaste":
            raise
        _fail(MissingExtraError("this command", "train"))  # everything that the base install lacks comes with it
    except OSError as error:
        if error.errno not in _DISK_TROUBLE:
            raise
        where = f": {error.filename}" if error.filename else ""
        _fail(VisualTasteError(f"{error.strerror}{where}; once there is room or leave, the same command goes on"))
    except KeyboardInterrupt:
        err.print("[yellow]interrupted:[/] the same command goes on from here")
        raise SystemExit(130) from None


def _fail(error: VisualTasteError) -> NoReturn:
    err.print(f"[bold red]error:[/] {escape(printable(str(error)))}", soft_wrap=True, highlight=False)
    raise SystemExit(2) from None


class RichReporter:
    """Progress bars with what is being done and how long it still takes; in a log file, a line a minute."""

    @contextmanager
    def task(self, title: str, total: int, done: int = 0) -> Iterator[Task]:
        if not err.is_terminal:
            yield _LoggedTask(title, total, done)
            return
        columns = (
            TextColumn("[bold]{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            _NoteColumn("[dim]{task.fields[note]}", table_column=Column(no_wrap=False)),
        )
        with Progress(*columns, console=err) as progress:
            yield _RichTask(progress, progress.add_task(title, total=total, completed=done, note=""))

    def say(self, message: str) -> None:
        err.print(message, markup=False, highlight=False)


class _NoteColumn(TextColumn):
    """A note on one line; where the terminal is narrow, it is the note that is cut and not what stands before it."""

    def render(self, task: ProgressTask) -> Text:
        text = super().render(task)
        text.no_wrap, text.overflow = True, "ellipsis"
        return text


class _LoggedTask:
    """Progress as lines, for a file that is read while the job runs."""

    def __init__(self, title: str, total: int, done: int) -> None:
        self._title = title
        self._total = total
        self._done = done
        self._before = done  # what an earlier run had done says nothing about this one's speed
        self._started = self._said = time.monotonic()

    def advance(self, amount: int = 1, note: str = "") -> None:
        self._done += amount
        now = time.monotonic()
        if self._done < self._total and now - self._said < _SECONDS_A_LINE:
            return
        self._said = now
        passed = now - self._started
        left = passed / max(1, self._done - self._before) * (self._total - self._done)
        times = f"{timedelta(seconds=round(passed))} passed, {timedelta(seconds=round(left))} left"
        said = f" · {note}" if note else ""
        line = f"{self._title}: {self._done} of {self._total}, {times}{said}"
        err.print(line, markup=False, highlight=False, soft_wrap=True)


class _RichTask:
    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def advance(self, amount: int = 1, note: str = "") -> None:
        if note:
            self._progress.update(self._task, advance=amount, note=note)
        else:
            self._progress.advance(self._task, amount)
