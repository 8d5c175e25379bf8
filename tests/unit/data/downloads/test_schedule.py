"""Whose turn it is, with time as a number."""

from __future__ import annotations

import polars as pl
import pytest

from visualtaste.data.downloads.hosts import Job
from visualtaste.data.downloads.schedule import Schedule, host_names


def schedule(*addresses: str, per_host: int = 2) -> Schedule:
    return Schedule(pl.Series(addresses, dtype=pl.String), per_host)


def take(schedule: Schedule, now: float = 0.0) -> Job:
    job = schedule.take(now)
    assert job is not None
    return job


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("http://Shop.example/a.jpg", "shop.example"),
        ("https://shop.example:8443/a", "shop.example"),
        ("http://name:w@rd@shop.example?x", "shop.example"),
        ("http://name:word@shop.example?x", "shop.example"),
        ("http://[::1]:80/a", "[::1]"),
        ("http://shop.example#x", "shop.example"),
        ("data:image/png;base64,AA", ""),
        ("", ""),
    ],
)
def test_hosts_are_told_apart_by_their_names(address: str, host: str) -> None:
    assert host_names(pl.Series([address]))[0] == host


def test_hosts_take_turns_and_have_a_limit() -> None:
    turns = schedule("http://a/1", "http://a/2", "http://a/3", "http://a/4", "http://b/1")
    jobs = [take(turns) for _ in range(3)]
    assert [job.url for job in jobs] == ["http://a/1", "http://b/1", "http://a/2"]
    assert turns.take(0.0) is None
    assert turns.next_time() is None  # nothing but the end of a request helps
    turns.release(jobs[0].host)
    assert take(turns).url == "http://a/3"
    assert turns.take(0.0) is None


def test_a_retry_waits_and_then_starts_from_the_address() -> None:
    turns = schedule("http://a/1")
    job = take(turns)
    turns.release(job.host)
    turns.redirect(job, "http://b/elsewhere")
    job = take(turns)
    assert (job.url, job.tries, job.hops, job.row) == ("http://b/elsewhere", 1, 1, 0)
    turns.release(job.host)
    turns.retry(job, when=5.0)
    assert turns.take(4.9) is None
    assert turns.next_time() == 5.0
    job = take(turns, 5.0)
    assert (job.url, job.tries, job.hops, job.host.name) == ("http://a/1", 2, 0, "a")


def test_a_slowed_host_rests_and_then_takes_half_until_it_is_well_again() -> None:
    turns = schedule(*(f"http://a/{n}" for n in range(40)), "http://b/1", per_host=8)
    jobs = [take(turns) for _ in range(9)]
    host = jobs[0].host
    for job in jobs[:4]:  # four refusals of requests sent together slow it once
        host.slow_down(sent=0.0, now=1.0, wait=10.0)
        turns.release(job.host)
    for job in jobs[4:]:
        turns.release(job.host)
    assert turns.take(10.9) is None
    assert turns.next_time() == 11.0
    again = [take(turns, 11.0) for _ in range(4)]
    assert turns.take(11.0) is None
    host.slow_down(sent=11.0, now=11.5, wait=1.0)
    for job in again:
        turns.release(job.host)
    under_way = [take(turns, 13.0) for _ in range(2)]
    assert turns.take(13.0) is None
    for _ in range(60):
        host.speed_up()
    turns.release(under_way[0].host)
    assert [turns.take(13.0) is None for _ in range(8)] == [False] * 7 + [True]  # with the one, eight


def test_a_host_that_is_given_up_leaves_nothing_behind() -> None:
    turns = schedule("http://a/1", "http://a/2", "http://b/1", "http://a/3", per_host=1)
    job = take(turns)
    turns.retry(job, when=9.0)
    turns.release(job.host)
    assert sorted(turns.give_up(job.host)) == [(0, 1), (1, 0), (3, 0)]
    assert take(turns).url == "http://b/1"
    assert turns.take(99.0) is None
