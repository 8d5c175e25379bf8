"""What goes wrong with files, and who makes it go wrong on purpose."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

Spoil = Callable[[Path], Any]


def linked_copy(folder: Path, target: Path) -> Path:
    """A copy that shares its files' bytes: `put` replaces a file, which leaves the original as it is."""
    return Path(shutil.copytree(folder, target, copy_function=os.link))


def put(path: Path, content: bytes) -> None:
    path.unlink()
    path.write_bytes(content)


def altered(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    put(path, bytes(content))


def linked_out(path: Path) -> None:
    """The very bytes, but elsewhere."""
    outside = path.parents[3] / "elsewhere"
    shutil.copyfile(path, outside)
    path.unlink()
    path.symlink_to(outside)


def folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


def pipe_instead(path: Path) -> None:
    """Who opens it waits for ever."""
    path.unlink()
    os.mkfifo(path)


# What happens to a file on the way from one disk to another, and what a joker does to it.
ACCIDENTS: dict[str, Spoil] = {
    "missing": Path.unlink,
    "empty": lambda path: put(path, b""),
    "cut off": lambda path: put(path, path.read_bytes()[:-1]),
    "one bit altered": altered,
    "longer": lambda path: put(path, path.read_bytes() + b"\0"),
    "a folder instead": folder_instead,
    "a pipe instead": pipe_instead,
    "linked out": linked_out,
}


def edit(change: Callable[[dict[str, Any]], Any]) -> Spoil:
    """Change a JSON file's content."""

    def spoil(path: Path) -> None:
        content = json.loads(path.read_text())
        change(content)
        put(path, json.dumps(content).encode())

    return spoil


def seal_by_hand(manifest: Path, **files: str) -> None:
    """Give a manifest the right digests of what its folder holds now, as an attacker does; `files` are added to it."""
    content = json.loads(manifest.read_text())
    names = [*content["files"], *files.values()]
    digests = {name: sha256((manifest.parent / name).read_bytes()).hexdigest() for name in names}
    put(manifest, json.dumps({**content, "files": digests}).encode())


def list_file(name: str) -> Spoil:
    return edit(lambda content: content["files"].update({name: "0" * 64}))


# What a manifest may be instead of itself, and what the refusal says of it.
MANIFESTS: dict[str, tuple[Spoil, str]] = {
    "empty": (lambda path: put(path, b""), "is not a JSON object"),
    "cut off": (lambda path: put(path, path.read_bytes()[:-10]), "is not a JSON object"),
    "not UTF-8": (lambda path: put(path, path.read_bytes().replace(b"colour", b"\xff\xfe")), "is not a JSON object"),
    "a list": (lambda path: put(path, b"[]"), "is not a JSON object"),
    "deep": (lambda path: put(path, b'{"a":' * 10**5), "is not a JSON object"),
    "endless": (lambda path: (put(path, b""), os.truncate(path, 2**34)), "larger than any manifest"),
    "newer": (edit(lambda c: c.update(schema_version=2)), "has version 2, this program reads 1: pip install -U"),
    "endless version": (lambda path: put(path, b'{"schema_version": 1e999}'), "schema_version is inf, not a number"),
    "unknown key": (edit(lambda c: c.update(run="rm -rf ~")), "unknown key 'run'"),
    "doubled key": (
        lambda path: put(path, path.read_bytes().replace(b"{", b'{"schema_version": 1, ', 1)),
        "key 'schema_version' stands there twice",
    ),
    "wrong type": (edit(lambda c: c.update(feature_size=[4])), "feature_size: Input should be a valid integer"),
    "not a number": (edit(lambda c: c["preprocessing"].update(std=[float("nan")] * 3)), "should be a finite number"),
    "no such size": (edit(lambda c: c["preprocessing"].update(size=10**9)), r"preprocessing\.size"),
    "path above": (list_file("../taste.json"), "is not a plain relative path inside"),
    "path in and out": (list_file("encoder/../../x"), "is not a plain relative path inside"),
    "absolute path": (list_file("/etc/passwd"), "is not relative to the folder"),
    "drive": (list_file("C:evil.onnx"), "is not relative to the folder"),
    "share": (list_file("\\\\server\\x"), "is not a plain relative path inside"),
    "zero byte": (list_file("x\0y"), "is not a plain relative path inside"),
    "half a letter": (list_file("x\ud800"), "is not a JSON object|cannot be read|surrogate"),
    "look-alike of a path": (list_file("\uff0e\uff0e/taste.json"), "is missing"),
    "look-alike of a file": (list_file("\u0435ncoder.onnx"), "is missing"),  # a Cyrillic e
}
