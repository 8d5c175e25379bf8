"""Many at once: limits, waits that servers ask for, hosts that hold nobody up or are given up."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from support.linked_dataset import images_of, impatient, linked_dataset
from support.unruly_server import UnrulyServer
from visualtaste.data.downloads.download import download_images


def test_requests_are_under_way_together_up_to_the_limits(tmp_path: Path, server: UnrulyServer) -> None:
    linked_dataset(tmp_path, [server.url(f"/later/0.15/{n}") for n in range(12)])
    download_images(tmp_path, impatient(per_host=3))
    assert server.most_under_way == 3
    linked_dataset(tmp_path, [server.url(f"/later/0.15/{n}", f"127.0.0.{n % 4 + 1}") for n in range(20, 32)])
    download_images(tmp_path, impatient(per_host=3, concurrency=7))
    assert server.most_under_way == 7


def test_a_busy_host_is_left_alone_as_long_as_it_asks(tmp_path: Path, server: UnrulyServer) -> None:
    busy = server.url("/busy/1/1/a")
    others = [server.url(f"/later/0.01/{n}") for n in range(20)]
    elsewhere = [server.url(f"/later/0.01/{n}", "127.0.0.2") for n in range(20, 40)]
    linked_dataset(tmp_path, [busy, *others, *elsewhere])
    summary = download_images(tmp_path, impatient(per_host=2))
    assert summary.items("ok") == 41
    first, second = server.times["/busy/1/1/a"]
    assert second - first >= 1.0
    # what was on its way when the 429 came may have arrived a little later; all others of that host waited
    assert sum(first < when < first + 1.0 for n in range(20) for when in server.times[f"/later/0.01/{n}"]) <= 5
    assert sum(first < server.times[f"/later/0.01/{n}"][0] < second for n in range(20, 40)) >= 5


def test_a_wait_beyond_reason_is_cut(tmp_path: Path, server: UnrulyServer) -> None:
    linked_dataset(tmp_path, [server.url("/busy/1/86400/a")])
    assert download_images(tmp_path, impatient(max_retry_after=0.05)).items("ok") == 1


def test_a_dead_host_is_given_up_and_says_so(tmp_path: Path, server: UnrulyServer) -> None:
    dead = [f"http://127.0.0.1:1/{n}" for n in range(30)]
    linked_dataset(tmp_path, [*dead, server.url("/photo/a", "127.0.0.2")])
    summary = download_images(tmp_path, impatient(host_failures=5, per_host=1, tries=2))
    assert summary.items("unreachable") == 30
    rows = images_of(tmp_path)
    assert rows["i30"]["status"] == "ok"
    untried = [row for row in rows.values() if row["tries"] == 0]
    assert len(untried) >= 20
    assert untried[0]["message"] == "127.0.0.1 was given up: it did not answer 5 requests in a row"
    # given up for this run only
    again = download_images(tmp_path, impatient(host_failures=100, tries=1), retry=True)
    assert again.addresses == 30
    assert {row["tries"] for row in list(images_of(tmp_path).values())[:30]} == {1}


def test_a_slow_host_holds_up_no_other(tmp_path: Path, server: UnrulyServer) -> None:
    slow = [server.url(f"/later/0.3/{n}") for n in range(8)]
    linked_dataset(tmp_path, [*slow, *(server.url(f"/photo/{n}", "127.0.0.2") for n in range(20))])
    download_images(tmp_path, impatient(per_host=2, concurrency=4))
    last_quick = max(server.times[f"/photo/{n}"][0] for n in range(20))
    assert last_quick < max(server.times[f"/later/0.3/{n}"][0] for n in range(8))


def test_the_table_is_that_of_the_items_in_their_order(tmp_path: Path, server: UnrulyServer) -> None:
    linked_dataset(tmp_path, [server.url(f"/later/{0.1 if n % 2 else 0}/{n}") for n in range(20)])
    download_images(tmp_path, impatient())
    items = pl.read_parquet(tmp_path / "items.parquet")
    table = pl.read_parquet(tmp_path / "images.parquet")
    assert table.select("item_id", "image_url", "image").equals(items.select("item_id", "image_url", "image"))
