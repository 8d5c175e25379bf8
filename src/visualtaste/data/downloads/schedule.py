"""Which address is asked for next: hosts take turns, and one that is full, slow or dead holds up no other."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterator

import polars as pl

from visualtaste.data.downloads.hosts import Host, Job

# The host as the address spells it, which is good enough to share out requests by; what is connected to is
# decided, and checked, elsewhere.
_HOST = r"^[A-Za-z]+://(?:[^/?#]*@)?(\[[^\]/?#]*\]|[^/?#:]*)"


class Schedule:
    """All that is to be asked. An address costs 8 bytes until its turn, and a Job from then on."""

    def __init__(self, addresses: pl.Series, per_host: int) -> None:
        self._addresses = addresses
        self._per_host = per_host
        rows = pl.DataFrame({"host": host_names(addresses), "row": pl.int_range(len(addresses), eager=True)})
        grouped = rows.group_by("host", maintain_order=True).agg("row")
        self._hosts = {
            name: Host(name, waiting.to_numpy(), per_host)
            for name, waiting in zip(grouped["host"], grouped["row"], strict=True)
        }
        self._turn = deque(self._hosts.values())  # hosts that may have something to be asked now
        self._in_turn = set(self._hosts.values())
        self._asleep: list[tuple[float, int, Host]] = []  # a heap: (until when, number, host)
        self._number = 0

    def take(self, now: float) -> Job | None:
        """The next job, whose host then counts one request more; None when nothing can be asked now."""
        while self._asleep and self._asleep[0][0] <= now:
            self._stir(heapq.heappop(self._asleep)[2])
        while self._turn:
            host = self._turn.popleft()
            self._in_turn.remove(host)
            if not len(host) or host.is_full:
                continue  # it is stirred when something is added, or a request of it ends
            if (when := host.next_time()) > now:
                self._number += 1
                heapq.heappush(self._asleep, (when, self._number, host))
                continue
            taken = host.pop(now)
            job = taken if isinstance(taken, Job) else Job(taken, self.address(taken), host)
            host.active += 1
            self._stir(host)
            return job
        return None

    def next_time(self) -> float | None:
        """When `take` is worth calling again if nothing else happens before; None: only when something does."""
        return self._asleep[0][0] if self._asleep else None

    def release(self, host: Host) -> None:
        """One request to a host has ended."""
        host.active -= 1
        self._stir(host)

    def retry(self, job: Job, when: float) -> None:
        """Ask for a job's address again, not before then."""
        address = self.address(job.row)
        self._put(job.again(address, self._host(address)), when)

    def redirect(self, job: Job, url: str) -> None:
        """Ask where a job was redirected to, as soon as that host has room."""
        self._put(Job(job.row, url, self._host(url), job.tries, job.hops + 1, job.seconds), 0.0)

    def give_up(self, host: Host) -> Iterator[tuple[int, int]]:
        """Take out all that waits for a host: (row, tries made)."""
        return host.drain()

    def address(self, row: int) -> str:
        """The address in that row."""
        return str(self._addresses[row])

    def _put(self, job: Job, when: float) -> None:
        job.host.put(job, when)
        self._stir(job.host)

    def _host(self, url: str) -> Host:
        name = host_names(pl.Series([url]))[0]
        if name not in self._hosts:
            self._hosts[name] = Host(name, pl.Series([], dtype=pl.Int64).to_numpy(), self._per_host)
        return self._hosts[name]

    def _stir(self, host: Host) -> None:
        if host not in self._in_turn:
            self._in_turn.add(host)
            self._turn.append(host)


def host_names(addresses: pl.Series) -> pl.Series:
    """The host of each address in lower case; "" where there is none."""
    return addresses.str.extract(_HOST).str.to_lowercase().fill_null("").alias("host")
