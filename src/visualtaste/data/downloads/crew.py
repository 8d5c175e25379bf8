"""All addresses, many at once: asked, asked again, checked, kept, each outcome written down when it is known."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx2
import polars as pl

from visualtaste.data.downloads.answers import Answer, Failed, Fetched, Redirected
from visualtaste.data.downloads.fetch import fetch
from visualtaste.data.downloads.hosts import Host, Job
from visualtaste.data.downloads.outcome import Outcome
from visualtaste.data.downloads.photo_folder import PhotoFolder
from visualtaste.data.downloads.retries import waiting_time
from visualtaste.data.downloads.schedule import Schedule
from visualtaste.data.downloads.settings import DownloadSettings
from visualtaste.data.downloads.statuses import Status
from visualtaste.errors import ImageError
from visualtaste.seeding import generator

_IMAGE_TROUBLE: dict[str, Status] = {"too-large": "too large", "truncated": "truncated"}


class Crew:
    """Fetches the photos of a table of addresses (`image_url`, `item_id`: whose name the photo gets).

    At most `concurrency` addresses are under way, and that many bodies in memory; all others are rows of the table.
    """

    def __init__(
        self,
        wanted: pl.DataFrame,
        folder: PhotoFolder,
        transport: httpx2.AsyncBaseTransport,
        settings: DownloadSettings,
        finished: Callable[[Outcome], None],
    ) -> None:
        self._item_ids = wanted["item_id"]
        self._schedule = Schedule(wanted["image_url"], settings.per_host)
        self._left = len(wanted)
        self._folder = folder
        self._transport = transport
        self._settings = settings
        self._finished = finished
        self._random = generator(settings.seed, "download")
        self._threads = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="photo")
        self._under_way = 0
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Go on until every address has its outcome. Raises OSError when photos cannot be written."""
        try:
            async with asyncio.TaskGroup() as group:
                while self._left:
                    self._start_all(group)
                    await self._wait()
        except BaseExceptionGroup as troubles:
            raise troubles.exceptions[0] from None
        finally:
            self._threads.shutdown()

    def _start_all(self, group: asyncio.TaskGroup) -> None:
        while self._under_way < self._settings.concurrency:
            job = self._schedule.take(time.monotonic())
            if job is None:
                return
            self._under_way += 1
            group.create_task(self._work(job))

    async def _wait(self) -> None:
        """Until a job ends, or the next one may start."""
        wake = self._schedule.next_time() if self._under_way < self._settings.concurrency else None
        self._changed.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout_at(wake):  # the loop's clock is time.monotonic
                await self._changed.wait()

    async def _work(self, job: Job) -> None:
        try:
            sent = time.monotonic()
            answer = await fetch(self._transport, job.url, self._settings, self._settings.timeout - job.seconds)
            job.seconds += time.monotonic() - sent
            # before a photo is decoded: the host is done with it
            self._schedule.release(job.host)
            self._changed.set()
            await self._judge(job, answer, sent)
        finally:
            self._under_way -= 1
            self._changed.set()

    async def _judge(self, job: Job, answer: Answer, sent: float) -> None:
        match answer:
            case Fetched():
                job.host.speed_up()
                await self._keep(job, answer)
            case Redirected(address):
                job.host.speed_up()
                if job.hops >= self._settings.max_redirects:
                    trouble = f"more than {self._settings.max_redirects} redirects, the last to {address}"
                    self._finish(job, Failed("too many redirects", trouble))
                else:
                    self._schedule.redirect(job, address)
            case Failed():
                self._take_failure(job, answer, sent)

    async def _keep(self, job: Job, answer: Fetched) -> None:
        """Check and write a photo, in a thread."""
        item_id = self._item_ids[job.row]
        address = self._schedule.address(job.row)
        loop = asyncio.get_running_loop()
        try:
            kept = await loop.run_in_executor(self._threads, self._folder.keep, answer.content, item_id, address)
        except ImageError as error:
            status = _IMAGE_TROUBLE.get(error.reason, "not an image")
            message = str(error).removeprefix(f"{address}: ")
            # what arrived whole and is damaged may have been damaged on the way to the server we asked
            failed = Failed(status, message, answer.http_status, passing=status == "truncated")
            self._take_failure(job, failed, 0.0)
            return
        self._report(
            Outcome(
                address,
                "ok",
                tries=job.tries,
                bytes=len(answer.content),
                digest=kept.digest,
                http_status=answer.http_status,
                image=kept.image,
            )
        )

    def _take_failure(self, job: Job, failed: Failed, sent: float) -> None:
        """Let it be tried again, or finish it; and treat its host accordingly."""
        now = time.monotonic()
        wait = waiting_time(job.tries, failed.wait, self._settings, self._random)
        host = job.host
        if failed.silent:
            host.unanswered += 1
        else:
            host.unanswered = 0
        if failed.silent or failed.status == "busy" or failed.wait is not None:
            host.slow_down(sent, now, wait)
        if failed.passing and job.tries < self._settings.tries:
            self._schedule.retry(job, now + wait)
        else:
            self._finish(job, failed)
        if host.unanswered >= self._settings.host_failures:
            self._give_up(host)

    def _give_up(self, host: Host) -> None:
        message = f"{host.name} was given up: it did not answer {host.unanswered} requests in a row"
        for row, tries in self._schedule.give_up(host):
            self._report(Outcome(self._schedule.address(row), "unreachable", tries=tries, message=message))

    def _finish(self, job: Job, failed: Failed) -> None:
        address = self._schedule.address(job.row)
        message = failed.message if job.url == address else f"{job.url}: {failed.message}"
        self._report(Outcome(address, failed.status, tries=job.tries, http_status=failed.http_status, message=message))

    def _report(self, outcome: Outcome) -> None:
        self._left -= 1
        self._finished(outcome)
