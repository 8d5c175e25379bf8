"""Lines become records: quickly where a line is in order, and in every case with the result of the plain way.

The plain way is `json.loads` (or `ast.literal_eval`, where lines may be Python literals) and a look at each field
that is needed. It alone judges the lines that the quick way, which decodes nothing but those fields, stumbles over.
"""

from __future__ import annotations

import ast
import json
import warnings
from collections.abc import Callable, Iterable
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

from visualtaste.data.amazon.literals import as_json

Record = TypeVar("Record", bound=msgspec.Struct)

_NO_JSON = (ValueError, RecursionError)
_NO_LITERAL = (SyntaxError, ValueError, TypeError, MemoryError, RecursionError)


class UnusableLineError(Exception):
    """A line cannot be used; the message says why in a few words, the same for all lines with this fault."""


class Fault(NamedTuple):
    """Where among the lines an unusable one stands, and why it is unusable."""

    position: int
    reason: str


class RecordReader(Generic[Record]):
    """Reads lines as records of one kind: JSON objects, or with `literals` also Python dictionaries."""

    def __init__(self, kind: type[Record], *, literals: bool = False) -> None:
        self._kind = kind
        self._literals = literals
        self._decode: Callable[[bytes], Record] = msgspec.json.Decoder(kind).decode

    def read(self, lines: Iterable[bytes]) -> tuple[list[Record | None], list[Fault]]:
        """A record for each line, None where there is none; and what is wrong with the lines that are not usable.

        A blank line has no record and is no fault.
        """
        quick = self._quick_literal if self._literals else self._quick_json
        records: list[Record | None] = []
        faults: list[Fault] = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's, about odd escapes in literals
            for position, line in enumerate(lines):
                try:
                    records.append(quick(line))
                except _NO_JSON:
                    try:
                        records.append(self.slow(line))
                    except UnusableLineError as why:
                        records.append(None)
                        faults.append(Fault(position, str(why)))
        return records, faults

    def slow(self, line: bytes) -> Record | None:
        """The record of a line in the plain way, None of a blank line; raises UnusableLineError."""
        try:
            text = line.decode()
        except UnicodeDecodeError:
            raise UnusableLineError("not UTF-8") from None
        if not text.strip():
            return None
        content = self._content(text)
        try:
            record = msgspec.convert(content, self._kind)
            msgspec.json.encode(record)  # json.loads lets half characters pass, no table can store them
        except msgspec.ValidationError:
            raise UnusableLineError(_first_fault(content, self._kind)) from None
        except UnicodeEncodeError:
            raise UnusableLineError("half a character (a lone surrogate) in a text") from None
        return record

    def _quick_json(self, line: bytes) -> Record:
        if not line.isascii():
            line.decode()  # the decoder does not look at the bytes of fields that are not needed
        return self._decode(line)

    def _quick_literal(self, line: bytes) -> Record:
        try:
            return self._quick_json(line)
        except UnicodeDecodeError:
            raise
        except _NO_JSON:
            rewritten = as_json(line)
            if rewritten is None:
                raise
            return self._decode(rewritten)

    def _content(self, text: str) -> Any:
        try:
            return json.loads(text)
        except _NO_JSON:
            if not self._literals:
                raise UnusableLineError("not JSON") from None
        try:
            return ast.literal_eval(text)
        except _NO_LITERAL:
            raise UnusableLineError("neither a Python literal nor JSON") from None


def _first_fault(content: Any, kind: type[msgspec.Struct]) -> str:
    """What is wrong with the content of a line that is no such record."""
    if not isinstance(content, dict):
        return "not an object with named fields"
    for field in msgspec.structs.fields(kind):
        if field.encode_name not in content:
            if field.required:
                return f"without the field {field.encode_name!r}"
            continue
        try:
            msgspec.convert(content[field.encode_name], field.type)
        except (msgspec.ValidationError, UnicodeEncodeError):
            return f"with a field {field.encode_name!r} of another kind"
    return "with a name of a field that is no text"  # which only Python literals can have
