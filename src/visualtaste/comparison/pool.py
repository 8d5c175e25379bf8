"""Jobs on all cores: each process computes with one thread, so results do not depend on how many there are."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import lru_cache
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread

from visualtaste.comparison.cells import read_cell, write_cell
from visualtaste.comparison.fold import Fold, FoldFolder, load_fold
from visualtaste.comparison.job import Job, JobResult, run_job
from visualtaste.errors import TrainingError
from visualtaste.progress import Reporter, Silent

# Libraries read these once, when they are loaded: they have to be set before a process begins.
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class Jobs:
    """Runs jobs and keeps their results in a folder, where they are found again."""

    def __init__(self, folder: Path, folds: Sequence[FoldFolder], workers: int, reporter: Reporter) -> None:
        self._folder = folder
        self._folds = {fold.number: fold for fold in folds}
        self._workers = workers
        self._reporter = reporter

    def run(self, title: str, jobs: Sequence[Job]) -> dict[Job, JobResult]:
        """The results of all jobs, those that are on disk from there.

        Raises TrainingError when a process is killed, for instance for lack of memory; what is finished stays.
        """
        wanted = list(dict.fromkeys(jobs))  # the same training may answer two questions
        missing = [job for job in wanted if not self._path(job).exists()]
        with self._reporter.task(title, total=len(wanted), done=len(wanted) - len(missing)) as task:
            if missing:
                for job in self._compute(missing):
                    task.advance(note=job.name)
        return {job: read_cell(self._path(job)) for job in wanted}

    def _compute(self, jobs: Sequence[Job]) -> Iterator[Job]:
        """Yields each job once its result is on disk."""
        processes = ProcessPoolExecutor(self._workers, get_context("spawn"), initializer=_end_with_parent)
        with _one_thread_each(), processes as pool:
            running: dict[Future[None], Job] = {
                pool.submit(_work, job, self._folds[job.fold], self._path(job)): job for job in jobs
            }
            try:
                while running:
                    for future in wait(running, return_when=FIRST_COMPLETED).done:
                        job = running.pop(future)
                        future.result()
                        yield job
            except BrokenProcessPool:
                raise TrainingError(  # all running futures break alike, so which training it was is not known
                    "a process that trained was killed, perhaps for lack of memory: "
                    "the same command goes on with what is missing; --workers 1 takes the least memory"
                ) from None
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    def _path(self, job: Job) -> Path:
        return self._folder / f"{job.key(self._folds[job.fold].key)}.npz"


def _work(job: Job, fold: FoldFolder, path: Path) -> None:
    write_cell(path, run_job(job, _loaded(fold)))


def _end_with_parent() -> None:
    """A process whose parent was killed would wait for work forever."""
    Thread(target=_wait_and_exit, daemon=True).start()


def _wait_and_exit() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@lru_cache(maxsize=1)
def _loaded(fold: FoldFolder) -> Fold:
    """The fold that this process worked on last is most often the next one, too."""
    import torch

    torch.set_num_threads(1)
    return load_fold(fold, Silent())


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Processes that begin meanwhile compute with one thread."""
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(_ONE_THREAD)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
