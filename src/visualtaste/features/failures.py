"""The list of photos that cannot be used: one JSON line each, legible after a kill at any moment."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypedDict, cast, get_type_hints


class Failure(TypedDict):
    """One photo that cannot be used."""

    row: int
    item_id: str
    reason: str  # see ImageError
    message: str


_KINDS = get_type_hints(Failure)


class FailureLog:
    """`failures.jsonl`: records in the order in which they were found, the same row possibly more than once."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, records: Iterable[Failure]) -> None:
        """Add records; they are on the disk when this returns. Raises OSError naming the file, as on a full disk."""
        lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
        # bytes of file names that are no text come as lone surrogates, which JSON can only hold escaped
        content = lines.encode("utf-8", "backslashreplace")
        try:
            with self.path.open("ab") as stream:
                if self._is_torn():
                    content = b"\n" + content  # a kill cut the last line off: it must not swallow the next one
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self.path)) from None

    def clear(self) -> None:
        """Forget all records."""
        self.path.write_bytes(b"")

    def __iter__(self) -> Iterator[Failure]:
        """The records, read one at a time; lines that a kill cut off are no records."""
        if not self.path.exists():
            return
        with self.path.open(encoding="utf-8", errors="replace") as stream:
            for line in stream:
                try:
                    record = json.loads(line)
                except (ValueError, RecursionError):
                    continue
                if isinstance(record, dict) and {name: type(value) for name, value in record.items()} == _KINDS:
                    yield cast(Failure, record)

    def _is_torn(self) -> bool:
        with self.path.open("rb") as stream:
            if stream.seek(0, os.SEEK_END) == 0:
                return False
            stream.seek(-1, os.SEEK_END)
            return stream.read() != b"\n"
