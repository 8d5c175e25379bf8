"""Whatever happens to the requests, every address ends once and no host gets more of them at once than it takes."""

from __future__ import annotations

from collections import Counter

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from visualtaste.data.downloads.schedule import Schedule

HAPPENINGS = st.sampled_from(["good", "good", "retry", "redirect", "slow"])


@given(
    hosts=st.lists(st.sampled_from("abc"), max_size=30),
    per_host=st.integers(1, 4),
    happenings=st.lists(HAPPENINGS, max_size=60),
    order=st.randoms(use_true_random=False),
)
def test_every_address_ends_once(hosts: list[str], per_host: int, happenings: list[str], order) -> None:  # type: ignore[no-untyped-def]
    turns = Schedule(pl.Series([f"http://{host}/{n}" for n, host in enumerate(hosts)], dtype=pl.String), per_host)
    under_way, ended, now = [], [], 0.0
    events = iter(happenings)
    while len(ended) < len(hosts):
        while (job := turns.take(now)) is not None:
            under_way.append(job)
        assert max(Counter(job.host.name for job in under_way).values(), default=0) <= per_host
        if not under_way:
            wake = turns.next_time()
            assert wake is not None, "nothing is under way, nothing will be, and something is left"
            now = max(now, wake)
            continue
        job = under_way.pop(order.randrange(len(under_way)))
        turns.release(job.host)
        now += 0.5
        match next(events, "good"):
            case "good":
                job.host.speed_up()
                ended.append(job.row)
            case "retry":
                turns.retry(job, now + 3)
            case "redirect":
                turns.redirect(job, f"http://{order.choice('abcd')}/elsewhere")
            case "slow":
                job.host.slow_down(now - 1, now, 5.0)
                turns.retry(job, now + 5)
    assert sorted(ended) == list(range(len(hosts)))
    assert turns.take(now + 100) is None
