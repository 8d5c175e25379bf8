"""Whether an ONNX file keeps all of its numbers inside, found without running or loading it.

A tensor may name another file that its numbers are in, anywhere on the machine: older versions of ONNX Runtime open it
wherever it lies, and one kind of name makes them read their own memory. No digest covers such a file. The networks of
visualtaste are one file each, so a tensor that says so is reason enough to refuse it.

An ONNX file is a protobuf message, read here as far as it leads to tensors: a field is a number with a type, and
then its value or its length and bytes (https://protobuf.dev/programming-guides/encoding/, onnx/onnx.proto).
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path

_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5
_FIXED = {_EIGHT_BYTES: 8, _FOUR_BYTES: 4}
_DEEPEST = 64  # messages inside each other; control flow nests some, an attacker as many as break the stack

_TENSOR = "TensorProto"
_EXTERNAL_DATA, _DATA_LOCATION = 13, 14

# Which fields of which messages lead to tensors.
LEADS_TO_TENSORS: dict[str, dict[int, str]] = {
    "ModelProto": {7: "GraphProto", 20: "TrainingInfoProto", 25: "FunctionProto"},
    "TrainingInfoProto": {1: "GraphProto", 2: "GraphProto"},
    "FunctionProto": {7: "NodeProto", 11: "AttributeProto"},
    "GraphProto": {1: "NodeProto", 5: _TENSOR, 15: "SparseTensorProto"},
    "NodeProto": {5: "AttributeProto"},
    "AttributeProto": {
        5: _TENSOR,
        6: "GraphProto",
        10: _TENSOR,
        11: "GraphProto",
        22: "SparseTensorProto",
        23: "SparseTensorProto",
    },
    "SparseTensorProto": {1: _TENSOR, 2: _TENSOR},
}


def keeps_its_numbers_inside(path: Path) -> bool:
    """Whether no tensor of an ONNX file is in another file; raises ValueError when the file is no protobuf message."""
    with path.open("rb") as stream:
        if path.stat().st_size == 0:
            raise ValueError("it is empty")
        content = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)  # closes itself when no part is in use
    return not _leads_out(memoryview(content), "ModelProto", 0)


def _leads_out(message: memoryview, kind: str, depth: int) -> bool:
    if depth > _DEEPEST:
        raise ValueError("its messages are nested too deeply")
    for field, wire, part in _fields(message):
        if kind == _TENSOR:
            if field == _EXTERNAL_DATA or (field == _DATA_LOCATION and bytes(part) != b"\0"):
                return True
        elif wire == _BYTES and (below := LEADS_TO_TENSORS[kind].get(field)) and _leads_out(part, below, depth + 1):
            return True
    return False


def _fields(message: memoryview) -> Iterator[tuple[int, int, memoryview]]:
    """Number, type and content of every field; the content of a number are its bytes as they stand."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        wire = key & 7
        start = at
        if wire == _VARINT:
            _, at = _varint(message, at)
        elif wire in _FIXED:
            at += _FIXED[wire]
        elif wire == _BYTES:
            length, start = _varint(message, at)
            at = start + length
        else:
            raise ValueError(f"it has a field of type {wire}")
        if at > len(message):
            raise ValueError("it ends within a field")
        yield key >> 3, wire, message[start:at]


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, the lowest first, and the position after it."""
    number = 0
    for shift in range(0, 70, 7):
        if at >= len(message):
            raise ValueError("it ends within a number")
        byte = message[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
    raise ValueError("it has a number of more than ten bytes")
