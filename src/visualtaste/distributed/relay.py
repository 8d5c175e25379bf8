"""What workers have to say reaches the terminal of who started the job: progress, and the error that ended it.

An actor collects it, as workers cannot call into the driver; a thread of the driver fetches it from there.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from visualtaste.errors import VisualTasteError
from visualtaste.progress import Reporter, Task

_PAUSE = 0.5  # seconds between two looks


class Mailbox:
    """The actor: events in the order in which they came, and the first error."""

    def __init__(self) -> None:
        self._events: list[tuple[Any, ...]] = []
        self._error: VisualTasteError | None = None

    def post(self, *event: Any) -> None:
        self._events.append(event)

    def fetch(self) -> list[tuple[Any, ...]]:
        """What came since the last call."""
        events, self._events = self._events, []
        return events

    def fail(self, error: VisualTasteError) -> None:
        self._error = self._error or error

    def error(self) -> VisualTasteError | None:
        return self._error


class Posting:
    """The reporter of a worker: everything goes to the mailbox, and nothing waits for it."""

    def __init__(self, mailbox: Any) -> None:
        self._mailbox = mailbox

    @contextmanager
    def task(self, title: str, total: int, done: int = 0) -> Iterator[Task]:
        self._mailbox.post.remote("task", title, total, done)
        yield self
        self._mailbox.post.remote("end")

    def advance(self, amount: int = 1, note: str = "") -> None:
        self._mailbox.post.remote("advance", amount, note)

    def say(self, message: str) -> None:
        self._mailbox.post.remote("say", message)


@contextmanager
def relayed(reporter: Reporter) -> Iterator[Any]:
    """A mailbox whose content is shown by `reporter` while this lasts."""
    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)  # dies with us alone
    mailbox = ray.remote(num_cpus=0, scheduling_strategy=here)(Mailbox).remote()
    over = threading.Event()
    thread = threading.Thread(target=_show, args=(mailbox, reporter, over), daemon=True)
    thread.start()
    try:
        yield mailbox
    finally:
        over.set()
        thread.join()
        ray.kill(mailbox)


def _show(mailbox: Any, reporter: Reporter, over: threading.Event) -> None:
    task: Task | None = None
    with ExitStack() as open_task:
        last = False
        while not last:
            last = over.wait(_PAUSE)  # once more after the end, for what came meanwhile
            for kind, *content in ray.get(mailbox.fetch.remote()):
                if kind in ("task", "end"):  # a task whose worker died never ended
                    open_task.close()
                if kind == "task":
                    task = open_task.enter_context(reporter.task(*content))
                elif kind == "advance" and task is not None:
                    task.advance(*content)
                elif kind == "say":
                    reporter.say(*content)
