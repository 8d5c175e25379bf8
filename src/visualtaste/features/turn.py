"""Waiting for one's turn to write what one process at a time may write."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TypeVar

from visualtaste.errors import InUseError

_SECONDS_BETWEEN_TRIES = 0.5

Entered = TypeVar("Entered")


@contextmanager
def in_turn(
    enter: Callable[[], AbstractContextManager[Entered]], still_waiting: Callable[[InUseError], None] = lambda _: None
) -> Iterator[Entered]:
    """Enter `enter()` as soon as it no longer raises InUseError; `still_waiting` is called before each further try."""
    with ExitStack() as stack:
        while True:
            try:
                entered = stack.enter_context(enter())
                break
            except InUseError as error:
                still_waiting(error)
                time.sleep(_SECONDS_BETWEEN_TRIES)
        yield entered
