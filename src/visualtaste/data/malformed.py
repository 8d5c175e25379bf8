"""Lines that say nothing usable: counted by reason, listed in a side file, never fatal and never silent."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Literal

from visualtaste.data.dataset import FilterStep
from visualtaste.files import atomic_path, legible

SIDE_FILE = "malformed.jsonl"
MALFORMED = "malformed"  # the name of the filters

Kind = Literal["items", "interactions"]

_EXAMPLES = 5
_EXCERPT = 200  # characters


class Malformed:
    """Collects the malformed lines of an import.

    They are written as they come to a file without a name on the disk of the dataset's `folder`, one JSON object a
    line (file, line, reason, excerpt), because there may be millions; `keep` copies it into the folder. However the
    process ends, nothing else is left. Raises OSError naming the place when the disk is full.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._counts: defaultdict[str, Counter[Kind]] = defaultdict(Counter)  # by reason
        self._examples: defaultdict[str, list[str]] = defaultdict(list)
        self._list: IO[bytes] | None = None

    def __enter__(self) -> Malformed:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._list is not None:
            with suppress(OSError):  # what was not written yet is not wanted any more
                self._list.close()

    def add(self, kind: Kind, path: Path, line: int, reason: str, content: bytes, *, lost: int = 1) -> None:
        """Note one line; `lost` = 0 where it lost nothing but is worth knowing (a file cut off between two lines)."""
        self._counts[reason][kind] += lost
        examples, name = self._examples[reason], legible(path.name)
        if len(examples) < _EXAMPLES:
            examples.append(f"{name}, line {line}")
        excerpt = content[: 4 * _EXCERPT].decode(errors="replace")[:_EXCERPT]
        row = {"file": name, "line": line, "reason": reason, "excerpt": excerpt}
        if self._list is None:
            self._list = self._open()
        with self._named():
            self._list.write((json.dumps(row, ensure_ascii=False) + "\n").encode())

    def steps(self) -> tuple[FilterStep, ...]:
        """A filter for each reason, in the order of their first lines."""
        return tuple(
            FilterStep(
                name=MALFORMED,
                reason=reason,
                removed_items=counts["items"],
                removed_interactions=counts["interactions"],
                examples=tuple(self._examples[reason]),
            )
            for reason, counts in self._counts.items()
        )

    def keep(self) -> None:
        """Put the list into the dataset folder, in place of that of an earlier import."""
        target = self._folder / SIDE_FILE
        if self._list is None:
            target.unlink(missing_ok=True)
            return
        with self._named():
            self._list.flush()
        self._list.seek(0)
        with atomic_path(target) as partial, partial.open("wb") as stream:
            shutil.copyfileobj(self._list, stream)

    def _open(self) -> IO[bytes]:
        """A new file on the disk that the folder will be on."""
        beside = self._folder.absolute().parent
        beside.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryFile(dir=beside)

    @contextmanager
    def _named(self) -> Iterator[None]:
        """The system does not say which file it has no room for."""
        try:
            yield
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self._folder / SIDE_FILE)) from None
