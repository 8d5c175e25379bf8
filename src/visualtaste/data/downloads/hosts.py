"""One host: what waits for it, how many requests it takes, and when it is left alone."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

from visualtaste.types import Int64


@dataclass(slots=True)
class Job:
    """One address on its way; `url` is what is asked next, the address itself or where it was redirected to."""

    row: int  # of the addresses to fetch
    url: str
    host: Host
    tries: int = 1  # the one that is under way included
    hops: int = 0  # redirects of this try
    seconds: float = 0.0  # that this try has taken

    def again(self, url: str, host: Host) -> Job:
        """The next try, from the address itself."""
        return Job(self.row, url, host, self.tries + 1)


class Host:
    """What one host still owes, and how it wants to be treated.

    A host that says 429, or nothing at all, is slowed as a whole: nothing is sent to it for a while, and then half
    as many requests at once as before. What was sent before it was slowed does not slow it again. Every good answer
    widens that number by its reciprocal, up to where it began.
    """

    def __init__(self, name: str, rows: Int64, at_most: int) -> None:
        self.name = name
        self.active = 0  # requests under way
        self.unanswered = 0  # requests in a row
        self._rows = iter(rows)
        self._fresh = len(rows)
        self._later: list[tuple[float, int, Job]] = []  # a heap: (when, number, job)
        self._number = 0
        self._at_most = at_most
        self._limit = float(at_most)
        self._closed_until = 0.0
        self._slowed = 0.0

    def __len__(self) -> int:
        """How much waits for it."""
        return self._fresh + len(self._later)

    @property
    def is_full(self) -> bool:
        """Whether it has as many requests under way as it takes."""
        return self.active >= int(self._limit)

    def next_time(self) -> float:
        """When something that waits may be asked at the earliest."""
        first = 0.0 if self._fresh else self._later[0][0]
        return max(first, self._closed_until)

    def put(self, job: Job, when: float) -> None:
        """Let a job wait until then."""
        self._number += 1
        heapq.heappush(self._later, (when, self._number, job))

    def pop(self, now: float) -> Job | int:
        """What is to be asked next: a job that has waited long enough, else the row of a fresh address."""
        if self._later and (self._later[0][0] <= now or not self._fresh):
            return heapq.heappop(self._later)[2]
        self._fresh -= 1
        return int(next(self._rows))

    def drain(self) -> Iterator[tuple[int, int]]:
        """Take out all that waits: (row, tries made)."""
        while self._fresh:
            self._fresh -= 1
            yield int(next(self._rows)), 0
        while self._later:
            job = heapq.heappop(self._later)[2]
            yield job.row, job.tries - 1

    def slow_down(self, sent: float, now: float, wait: float) -> None:
        """Take trouble with a request of time `sent`: ask nothing for `wait` seconds, then less at once."""
        self._closed_until = max(self._closed_until, now + wait)
        if sent >= self._slowed:
            self._limit = max(1.0, self._limit / 2)
            self._slowed = now

    def speed_up(self) -> None:
        """Take a good answer."""
        self.unanswered = 0
        self._limit = min(float(self._at_most), self._limit + 1 / self._limit)
