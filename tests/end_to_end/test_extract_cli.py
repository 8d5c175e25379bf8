"""`visualtaste extract`, killed, run twice at once and on a full disk, as a shell runs it."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from support.many_photos import hold_up_at, restore_photo, write_many_photos

COUNT, HELD_UP = 200, 150  # 64 photos a batch: the third one is held up, two are done
PATIENCE = 300  # seconds, on a busy machine


@dataclass
class Extractions:
    """`visualtaste extract` of one data set, as processes of their own."""

    encoder: Path
    dataset: Path
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, largest_file: int = resource.RLIM_INFINITY) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "visualtaste", "extract", str(self.encoder), str(self.dataset)]
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, resource.RLIM_INFINITY)),
        )
        self.processes.append(process)
        return process

    def start_and_hold_up(self) -> subprocess.Popen[str]:
        """One that has done two batches and waits for the photo `HELD_UP`."""
        hold_up_at(self.dataset, HELD_UP)
        process = self.start()
        deadline = time.monotonic() + PATIENCE
        while (self.state == 1).sum() < 128:
            assert process.poll() is None, process.communicate()[1]
            assert time.monotonic() < deadline
            time.sleep(0.02)
        return process

    @property
    def state(self) -> np.ndarray:
        files = list((self.dataset / "features").glob("*/state.u8"))
        return np.fromfile(files[0], dtype=np.uint8) if files else np.zeros(COUNT, dtype=np.uint8)

    def check(self) -> None:
        """The store is whole and right."""
        assert (self.state == 1).all()
        (file,) = (self.dataset / "features").glob("*/features.f16")
        reds = np.fromfile(file, dtype="<f2").reshape(-1, 4)[:, 0]
        np.testing.assert_allclose(reds, np.arange(COUNT) / 255, atol=1e-3)


@pytest.fixture
def extractions(tmp_path: Path, tiny_encoder_folder: Path) -> Iterator[Extractions]:
    write_many_photos(tmp_path / "data", COUNT)
    extractions = Extractions(tiny_encoder_folder, tmp_path / "data")
    yield extractions
    for process in extractions.processes:
        if process.poll() is None:
            process.kill()
        process.communicate()


def finish(process: subprocess.Popen[str]) -> str:
    """What it printed, once it has ended well."""
    printed, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors
    return printed


def wait_for(process: subprocess.Popen[str], words: str) -> None:
    """Read what it says until it has said this; lines are broken where the terminal ends."""
    assert process.stderr is not None
    impatience = threading.Timer(PATIENCE, process.kill)
    impatience.start()
    said = ""
    while words not in said:
        line = process.stderr.readline()
        assert line, said
        said = " ".join((said + line).split())
    impatience.cancel()


def test_after_a_kill_exactly_the_missing_rows_are_computed(extractions: Extractions) -> None:
    first = extractions.start_and_hold_up()
    os.kill(first.pid, signal.SIGKILL)
    first.wait()

    for row in range(128):
        (extractions.dataset / f"{row}.png").write_bytes(b"who reads this again finds no photo")
    restore_photo(extractions.dataset, HELD_UP)
    assert finish(extractions.start()) == "features of 200 items\n"
    extractions.check()


def test_a_second_extraction_waits_for_the_first(extractions: Extractions) -> None:
    photo = (extractions.dataset / f"{HELD_UP}.png").read_bytes()
    first = extractions.start_and_hold_up()
    second = extractions.start()
    wait_for(second, f"is being written by process {first.pid}")
    (extractions.dataset / f"{HELD_UP}.png").write_bytes(photo)
    assert finish(first) == "features of 200 items\n"
    assert finish(second) == "features of 200 items\n"
    extractions.check()


def test_one_that_waits_takes_over_from_one_that_is_killed(extractions: Extractions) -> None:
    first = extractions.start_and_hold_up()
    second = extractions.start()
    wait_for(second, "is being written by process")
    restore_photo(extractions.dataset, HELD_UP)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert finish(second) == "features of 200 items\n"
    extractions.check()


def test_several_that_start_at_once_make_one_store(extractions: Extractions) -> None:
    for process in [extractions.start() for _ in range(3)]:
        assert finish(process) == "features of 200 items\n"
    extractions.check()


def test_on_a_full_disk_it_says_so_and_goes_on_once_there_is_room(extractions: Extractions) -> None:
    extractions.start_and_hold_up().kill()
    restore_photo(extractions.dataset, HELD_UP)
    full = extractions.start(largest_file=160 * 8)  # bytes: the features of 160 photos
    _, errors = full.communicate(timeout=PATIENCE)
    assert full.returncode == 2, errors
    assert errors.splitlines()[-1].startswith("error: File too large: ")
    assert errors.endswith("features.f16; once there is room or leave, the same command goes on\n")
    np.testing.assert_array_equal(np.flatnonzero(extractions.state), np.arange(128))
    assert finish(extractions.start()) == "features of 200 items\n"
    extractions.check()
