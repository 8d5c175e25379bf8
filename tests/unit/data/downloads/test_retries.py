from __future__ import annotations

import time
from email.utils import formatdate

import numpy as np
import pytest

from visualtaste.data.downloads.retries import retry_after, waiting_time
from visualtaste.data.downloads.settings import DownloadSettings

SETTINGS = DownloadSettings(backoff=2.0, max_backoff=20.0, max_retry_after=100.0)


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7.0), (" 0 ", 0.0), ("soon", None), ("", None), ("-5", None), ("1.5", None)]
)
def test_a_wait_is_read_in_seconds(header: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": header}) == seconds


def test_a_wait_is_read_as_a_date() -> None:
    asked = retry_after({"Retry-After": formatdate(time.time() + 60, usegmt=True)})
    assert asked is not None
    assert 55 < asked <= 60
    assert retry_after({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0.0
    assert retry_after({}) is None


@pytest.mark.parametrize(("tries", "longest"), [(1, 2.0), (2, 4.0), (3, 8.0), (5, 20.0), (5000, 20.0)])
def test_waits_double_up_to_a_limit_with_a_random_part(tries: int, longest: float) -> None:
    random = np.random.default_rng(0)
    waits = [waiting_time(tries, None, SETTINGS, random) for _ in range(200)]
    assert longest / 2 <= min(waits) < 0.55 * longest
    assert 0.95 * longest < max(waits) <= longest


def test_a_server_gets_the_wait_it_asks_for_up_to_a_limit() -> None:
    random = np.random.default_rng(0)
    waits = [[waiting_time(1, asked, SETTINGS, random) for _ in range(100)] for asked in (10.0, 1e9, 0.0)]
    assert 10.0 <= min(waits[0]) < max(waits[0]) <= 11.0
    assert 100.0 <= min(waits[1]) < max(waits[1]) <= 101.0
    assert min(waits[2]) >= 1.0  # a server that asks for no wait still gets the usual one
