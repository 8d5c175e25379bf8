"""Every pool of processes costs seconds, since each process loads torch: so there are few, and small ones."""

import os
import time
from contextlib import contextmanager

import numpy as np
import pytest

from support.trial_methods import Guess, Killed
from visualtaste.comparison import pool
from visualtaste.comparison.cells import read_cell
from visualtaste.comparison.job import Job
from visualtaste.comparison.pool import Jobs
from visualtaste.errors import TrainingError


class Told:
    """A reporter that remembers what it is told."""

    def __init__(self):
        self.opened, self.advanced = [], []

    @contextmanager
    def task(self, title, total, done=0):
        self.opened.append((title, total, done))
        yield self

    def advance(self, amount=1, note=""):
        self.advanced.append(note)

    def say(self, message):
        raise AssertionError(message)


def job(name, method=None):
    return Job(name, method or Guess(), 0, 0, "test", ("observed",))


def written(folder):
    return {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}


def test_a_result_is_computed_once_and_by_one_thread(tmp_path, tiny_fold, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    a, b = job("a"), job("b", Guess(level=0.75))
    told = Told()
    results = Jobs(tmp_path, [tiny_fold], 1, told).run("Comparing", [a, b, a])
    assert list(results) == [a, b]
    assert (told.opened, sorted(told.advanced)) == ([("Comparing", 2, 0)], ["a", "b"])
    assert results[a].outcome("observed").took.parameters == 1, "threads that the process was given"
    assert results[b].outcome("observed").calibration.brier > results[a].outcome("observed").calibration.brier
    assert (os.environ["OMP_NUM_THREADS"], os.environ.get("MKL_NUM_THREADS")) == ("3", None)

    before = written(tmp_path)
    assert len(before) == 2
    monkeypatch.setattr(pool, "ProcessPoolExecutor", None)  # whoever computes something now fails
    told = Told()
    again = Jobs(tmp_path, [tiny_fold], 1, told).run("Comparing", [b, a])
    assert told.opened == [("Comparing", 2, 2)]
    assert written(tmp_path) == before
    for one in (a, b):
        np.testing.assert_array_equal(
            again[one].outcome("observed").scores.f1, results[one].outcome("observed").scores.f1
        )


def test_a_killed_process_loses_no_finished_result(tmp_path, tiny_fold, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    with pytest.raises(TrainingError, match="was killed, perhaps for lack of memory: the same command goes on"):
        Jobs(tmp_path, [tiny_fold], 1, Told()).run("Comparing", [job("first"), job("second", Killed()), job("third")])
    assert os.environ["OMP_NUM_THREADS"] == "3"
    (finished,) = tmp_path.iterdir()
    assert finished.name.startswith("first-")
    assert not read_cell(finished).failed


def test_processes_end_with_the_one_that_started_them(monkeypatch):
    """A thread waits for the parent, and then nothing may keep the process."""
    ended = []
    monkeypatch.setattr(pool.os, "_exit", ended.append)

    class Parent:
        def join(self):
            assert not ended

    monkeypatch.setattr(pool, "parent_process", Parent)
    pool._end_with_parent()
    deadline = time.monotonic() + 60
    while not ended and time.monotonic() < deadline:
        time.sleep(0.001)
    assert ended == [1]
