"""Work done ahead of whoever consumes it, on threads, in order, with bounded memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

In = TypeVar("In")
Out = TypeVar("Out")


def work_ahead(function: Callable[[In], Out], inputs: Iterable[In], threads: int, ahead: int) -> Iterator[Out]:
    """`function` of every input, in order, as `map` gives it; `threads` work on at most `ahead` inputs at a time.

    What it raises is raised here, at its place in the order; inputs that nobody began by then are given up.
    """
    waiting: deque[Future[Out]] = deque()
    pool = ThreadPoolExecutor(max_workers=threads)
    try:
        for given in inputs:
            waiting.append(pool.submit(function, given))
            if len(waiting) >= ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
