"""A whole file, batch by batch, as records; what is no record goes to the malformed lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from visualtaste.data.amazon.records import Record, RecordReader
from visualtaste.data.lines import Batch, LineFile
from visualtaste.data.malformed import Kind, Malformed
from visualtaste.errors import DataError
from visualtaste.progress import Reporter


def read_records(
    path: Path, kind: Kind, reader: RecordReader[Record], malformed: Malformed, reporter: Reporter
) -> Iterator[tuple[Batch, list[Record | None]]]:
    """Every batch of lines with a record, or None, for each.

    Of a gzip file that is cut off or damaged everything before that is used, which `reporter` is told.
    Raises DataError when the file cannot be opened, or at its end when no line was usable.
    """
    file = LineFile(path)
    usable, first_fault = 0, ""
    for batch in file.watched(f"reading {kind}", reporter):
        records, faults = reader.read(batch.lines)
        for position, reason in faults:
            malformed.add(kind, path, batch.first + position, reason, batch.lines[position])
        if faults and not first_fault:
            first_fault = f"line {batch.first + faults[0].position}: {faults[0].reason}"
        usable += len(records) - records.count(None)
        yield batch, records
    if file.rest is not None:
        line, content, damage = file.rest.line, file.rest.content, file.rest.damage
        malformed.add(kind, path, line, f"the file {damage}", content, lost=bool(content))
        reporter.say(f"warning: {path} {damage}; only its {line - 1:,} lines before that are used")
    if not usable:
        raise DataError(f"{path}: nothing in it is usable; {first_fault or 'it has no lines'}")
