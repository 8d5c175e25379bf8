"""The whole way: from a dataset whose items have addresses to one whose items have photos.

    items.parquet ─┐
    images.parquet ─┼─ plan ─ crew ─ journal ─ images.parquet ─ items.parquet
    journal ────────┘

images.parquet and the journal together say what is known; the journal is the newer of the two, and goes once
images.parquet has taken it up.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from pathlib import Path

import polars as pl

from visualtaste.data.dataset import LOCK, Dataset
from visualtaste.data.downloads.crew import Crew
from visualtaste.data.downloads.images_table import fill_items, images_table, read_outcomes, write_images
from visualtaste.data.downloads.journal import Journal, read_journal
from visualtaste.data.downloads.network import GuardedBackend
from visualtaste.data.downloads.outcome import Outcome, Outcomes, latest
from visualtaste.data.downloads.photo_folder import PhotoFolder
from visualtaste.data.downloads.plan import PHOTOS, Plan
from visualtaste.data.downloads.rates import Rates
from visualtaste.data.downloads.set_aside import clear_placeholders, set_aside
from visualtaste.data.downloads.settings import DownloadSettings
from visualtaste.data.downloads.summary import DownloadSummary, count_statuses, users_with
from visualtaste.data.downloads.transport import GuardedTransport
from visualtaste.files import clear_partials
from visualtaste.locks import exclusive
from visualtaste.progress import Reporter, Silent

_TABLE = "images.parquet"
_JOURNAL = "images.journal.jsonl"
_TABLE_EVERY = 300.0  # seconds between two writings of images.parquet during a download


def download_images(
    folder: Path | str,
    settings: DownloadSettings | None = None,
    *,
    retry: bool = False,
    min_user_items: int = 5,
    reporter: Reporter | None = None,
) -> DownloadSummary:
    """Fetch the photo of every item that has an address and no photo, into `images/` of the dataset's folder.

    What became of each is written to images.parquet; the photos of ok items are entered into items.parquet.
    Called again, only what is missing is fetched; with `retry` also what failed. Killed at any time, it goes on
    where it was. On KeyboardInterrupt the tables are written before it is raised again. `min_user_items` is only
    for the count of users in the summary. Not for use inside a running event loop: it runs one of its own.

    Raises DataError when the folder is no dataset, InUseError when another process writes its tables, and OSError
    when the disk takes no more, with what was done so far kept.
    """
    folder, reporter = Path(folder), reporter or Silent()
    dataset = Dataset.read(folder)
    with exclusive(folder / LOCK):
        clear_partials(folder)
        plan = Plan.of(dataset, _known(folder, reporter), retry=retry)
        run = _Run(plan, settings or DownloadSettings(), reporter)
        if len(plan.wanted):
            try:
                asyncio.run(run.fetch())
            except KeyboardInterrupt:
                run.conclude()
                raise
        filled, table = run.conclude()
    users, kept = users_with(filled, min_user_items)
    return DownloadSummary(
        statuses=count_statuses(table),
        addresses=len(plan.wanted),
        fetched=run.rates.counts["ok"],
        bytes=run.rates.bytes,
        seconds=run.seconds,
        users=users,
        users_kept=kept,
        min_user_items=min_user_items,
    )


def _known(folder: Path, reporter: Reporter) -> pl.DataFrame:
    """The outcomes of earlier runs, one an address."""
    outcomes = Outcomes(read_outcomes(folder / _TABLE))
    if unreadable := _take_up(outcomes, folder / _JOURNAL, 0):
        torn = "1 torn line is" if unreadable == 1 else f"{unreadable} torn lines are"
        reporter.say(f"{folder / _JOURNAL}: {torn} skipped; what was said there is done again")
    return latest(outcomes.rows())


def _take_up(outcomes: Outcomes, journal: Path, start: int) -> int:
    """Add what a journal says from byte `start`; how many of its lines cannot be read."""
    unreadable = 0
    for outcome in read_journal(journal, start):
        if outcome is None:
            unreadable += 1
        else:
            outcomes.add(outcome)
    return unreadable


class _Run:
    """One download, from what is known to what is known then."""

    def __init__(self, plan: Plan, settings: DownloadSettings, reporter: Reporter) -> None:
        self.rates = Rates()
        self.seconds = 0.0
        self._plan = plan
        self._settings = settings
        self._reporter = reporter
        self._folder = plan.dataset.folder
        self._start: int | None = None  # byte of the journal at which this run begins

    async def fetch(self) -> None:
        """Ask for all that is wanted."""
        started = time.monotonic()
        settings, wanted = self._settings, self._plan.wanted
        photos = PhotoFolder(self._folder / PHOTOS, settings.max_pixels)
        backend = GuardedBackend(allow_private=settings.allow_private)
        done = self._plan.addresses - len(wanted)
        with (
            photos.opened(),
            Journal.opened(self._folder / _JOURNAL) as journal,
            self._reporter.task("fetching photos", self._plan.addresses, done) as task,
        ):

            def finished(outcome: Outcome) -> None:
                journal.write(outcome)
                self.rates.add(outcome, task)

            self._start = journal.start
            async with GuardedTransport(backend, settings.concurrency) as transport:
                writing = asyncio.create_task(self._write_now_and_then())
                try:
                    await Crew(wanted, photos, transport, settings, finished).run()
                finally:
                    writing.cancel()
                    with suppress(asyncio.CancelledError):
                        await writing
                    self.rates.report(task)
                    self.seconds = time.monotonic() - started

    def conclude(self) -> tuple[Dataset, pl.DataFrame]:
        """Write both tables; the dataset as it is then, and the content of images.parquet."""
        photos = self._folder / PHOTOS
        table = set_aside(self._table(), photos)
        write_images(self._folder / _TABLE, table)
        clear_placeholders(table, photos)
        (self._folder / _JOURNAL).unlink(missing_ok=True)
        return fill_items(self._plan, table), table

    async def _write_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(_TABLE_EVERY)
            await asyncio.to_thread(self._write)

    def _write(self) -> None:
        write_images(self._folder / _TABLE, self._table())

    def _table(self) -> pl.DataFrame:
        outcomes = Outcomes(self._plan.known)
        if self._start is not None:
            _take_up(outcomes, self._folder / _JOURNAL, self._start)
        return images_table(self._plan, latest(outcomes.rows()), self._settings.placeholder_addresses)
