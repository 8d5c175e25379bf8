"""What became of one address, and the table of what became of all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

import polars as pl

from visualtaste.data.downloads.statuses import Status

OUTCOME_SCHEMA = pl.Schema(
    {
        "image_url": pl.String(),
        "status": pl.String(),
        "tries": pl.Int32(),
        "bytes": pl.Int64(),
        "digest": pl.String(),
        "http_status": pl.Int32(),
        "message": pl.String(),
        "image": pl.String(),
    }
)

_fields = attrgetter(*OUTCOME_SCHEMA.names())
_CHUNK = 4096  # outcomes that are kept as Python objects before they become rows


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one address; the fields are the columns of `OUTCOME_SCHEMA`."""

    image_url: str
    status: Status
    tries: int  # 0: never asked, such as behind a host that was given up
    bytes: int | None = None
    digest: str | None = None  # SHA-256 of the file, in hex
    http_status: int | None = None
    message: str | None = None
    image: str | None = None  # relative to the folder of photos


class Outcomes:
    """All outcomes, earlier runs' first, as rows of a table: some 250 bytes each."""

    def __init__(self, known: pl.DataFrame) -> None:
        self._chunks = [known.select(OUTCOME_SCHEMA.names())]
        self._newest: list[Outcome] = []

    def add(self, outcome: Outcome) -> None:
        """Take up an outcome, which replaces what was known of that address."""
        self._newest.append(outcome)
        if len(self._newest) >= _CHUNK:
            self._chunks.append(rows_of(self._newest))
            self._newest.clear()

    def rows(self) -> pl.DataFrame:
        """What was taken up so far, in that order, columns as in `OUTCOME_SCHEMA`; see `latest`."""
        return pl.concat([*self._chunks, rows_of(self._newest)])


def latest(rows: pl.DataFrame) -> pl.DataFrame:
    """The latest outcome of every address."""
    return rows.unique("image_url", keep="last", maintain_order=True)


def rows_of(outcomes: Iterable[Outcome]) -> pl.DataFrame:
    """Outcomes as a table."""
    return pl.DataFrame([_fields(outcome) for outcome in outcomes], schema=OUTCOME_SCHEMA, orient="row")
