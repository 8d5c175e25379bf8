"""`visualtaste images` as people run it: killed, interrupted, doubled, repeated, against a server on this machine."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.linked_dataset import images_of, linked_dataset
from support.unruly_server import UnrulyServer, serving
from visualtaste.data.dataset import Dataset

PATIENCE = 120  # seconds that a busy machine may take
PHOTOS = 60


@pytest.fixture
def server() -> Iterator[UnrulyServer]:
    with serving() as server:
        yield server


def start(folder: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "visualtaste", "images", str(folder), *options]
    environment = {**os.environ, "COLUMNS": "120"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def finish(process: subprocess.Popen[str], code: int = 0) -> tuple[str, str]:
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == code, err
    return out, err


def wait_for_outcomes(folder: Path, count: int, process: subprocess.Popen[str]) -> list[str]:
    """The addresses in the journal, once there are so many of them."""
    deadline = time.monotonic() + PATIENCE
    while len(done := outcomes(folder)) < count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return done


def outcomes(folder: Path) -> list[str]:
    journal = folder / "images.journal.jsonl"
    return re.findall(r'"image_url": "([^"]+)".*}\n', journal.read_text()) if journal.exists() else []


def linked_photos(folder: Path, server: UnrulyServer) -> list[str]:
    paths = [f"/photo/{number}" for number in range(PHOTOS)]
    linked_dataset(folder, [server.url(path) for path in paths])
    return paths


def test_killed_at_any_time_it_fetches_only_the_rest(tmp_path: Path, server: UnrulyServer) -> None:
    paths = linked_photos(tmp_path, server)
    done: dict[str, int] = {}  # how often each was asked for when its outcome was written
    for more in (15, 25):
        server.hold_after = sum(server.hits.values()) + more
        process = start(tmp_path, "--allow-private", "--concurrency", "4")
        for url in wait_for_outcomes(tmp_path, len(done) + more, process):
            path = url.removeprefix(server.url(""))
            done.setdefault(path, server.hits[path])
        process.send_signal(signal.SIGKILL)
        process.communicate()
        with (tmp_path / "images.journal.jsonl").open("a") as stream:
            stream.write('{"image_url": "http')  # as if the kill had come in the middle of a line
    server.hold_after = None
    out, err = finish(start(tmp_path, "--allow-private", "--concurrency", "4"))
    assert len(done) == 40
    assert "1 torn line" in err
    assert "20 of 20 addresses gave a photo" in out
    assert {row["status"] for row in images_of(tmp_path).values()} == {"ok"}
    assert Dataset.read(tmp_path).items["image"].null_count() == 0
    assert {path: server.hits[path] for path in done} == done
    assert sum(server.hits[path] - 1 for path in paths) <= 8  # under way at the two kills
    assert not list((tmp_path / "images").glob(".partial*"))


def test_interrupted_it_keeps_what_is_done_and_goes_on(tmp_path: Path, server: UnrulyServer) -> None:
    linked_photos(tmp_path, server)
    server.hold_after = 20
    process = start(tmp_path, "--allow-private", "--concurrency", "4")
    wait_for_outcomes(tmp_path, 20, process)
    process.send_signal(signal.SIGINT)
    _, err = finish(process, code=130)
    assert "interrupted: the same command goes on from here" in err
    kept = [row["item_id"] for row in images_of(tmp_path).values() if row["status"] == "ok"]
    assert len(kept) == 20
    assert {row["status"] for row in images_of(tmp_path).values()} == {"ok", "not tried"}
    items = Dataset.read(tmp_path).items
    assert items.filter(items["image"].is_not_null())["item_id"].to_list() == kept
    server.hold_after = None
    out, _ = finish(start(tmp_path, "--allow-private"))
    assert "40 of 40 addresses gave a photo" in out


def test_failures_are_shown_and_tried_again_on_demand(tmp_path: Path, server: UnrulyServer) -> None:
    paths = ["/photo/a", "/status/404", "/fail/1/b", "/photo/c"]
    linked_dataset(tmp_path, [server.url(path) for path in paths] + [None])
    out, _ = finish(start(tmp_path))
    assert "refused" in out
    assert "127.0.0.1 is not a public address" in out
    assert not server.hits
    out, _ = finish(start(tmp_path, "--retry", "--allow-private", "--tries", "1", "--min-user-items", "2"))
    for line in ("ok", "gone", "HTTP 404 Not Found", "server error", "no address", "--retry"):
        assert line in out
    assert "2 of 4 addresses gave a photo" in out
    assert "0 of 2 users have at least 2 items with a photo" in out
    out, _ = finish(start(tmp_path, "--retry", "--allow-private", "--tries", "1"))
    assert "1 of 2 addresses gave a photo" in out
    assert dict(server.hits) == {"/photo/a": 1, "/photo/c": 1, "/status/404": 2, "/fail/1/b": 2}
