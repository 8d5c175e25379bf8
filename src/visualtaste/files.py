"""Atomic writing and digests: a file or folder is either the old one or the new one, never half of both."""

from __future__ import annotations

import ctypes
import errno
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

_TEXTS_AT_ONCE = 65536
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # of which the system does not say for which file
_HERE, _EXCHANGE = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of renameat2(2)


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """Yield a path beside `target` to write to; it replaces `target` on success and vanishes on failure.

    That the disk is full is an OSError with the name of `target`.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        yield partial
        with partial.open("rb") as stream:
            os.fsync(stream.fileno())
        os.replace(partial, target)
    except OSError as error:
        if error.errno in _NO_ROOM and error.filename in (None, str(partial)):
            raise OSError(error.errno, error.strerror, str(target)) from None
        raise
    finally:
        partial.unlink(missing_ok=True)


def clear_partials(folder: Path) -> None:
    """Delete what killed writers left in a folder; only for who keeps all others from writing there."""
    for partial in folder.glob(".*.partial"):
        if partial.is_file():
            partial.unlink(missing_ok=True)


def write_bytes(target: Path, content: bytes) -> None:
    """Write a file atomically."""
    with atomic_path(target) as partial:
        partial.write_bytes(content)


def write_json(target: Path, content: Any) -> None:
    """Write JSON atomically, readable by people and stable under version control."""
    write_bytes(target, json_bytes(content))


def json_bytes(content: Any) -> bytes:
    """What `write_json` writes."""
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()


def replace_folder(finished: Path, target: Path) -> None:
    """Put the finished folder in the place of `target`; the old one goes only once the new one stands.

    Where the system can, the two change places in one step, so that a kill at any moment leaves one of them there.
    """
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(finished, target)
        return
    if _exchange(finished, target):
        shutil.rmtree(finished)  # which is the old one by now
        return
    old = target.with_name(f".{target.name}.{os.getpid()}.old")
    os.replace(target, old)
    try:
        os.replace(finished, target)
    except OSError:
        os.replace(old, target)
        raise
    shutil.rmtree(old)


def _exchange(one: Path, other: Path) -> bool:
    """Let two paths change places in one step; False where the system or its disk cannot (other than Linux)."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if sys.platform == "linux" else None
    if rename is None:
        return False
    return bool(rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0)


def legible(text: str) -> str:
    """The text with question marks for bytes of file names that are no UTF-8, which JSON cannot hold."""
    return text.encode(errors="replace").decode()


def digest_file(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digest_text(*parts: str) -> str:
    """SHA-256 of the given texts, in hex; the parts are delimited, so ("ab", "c") differs from ("a", "bc")."""
    return digest_texts(parts)


def digest_texts(parts: Iterable[str]) -> str:
    """The `digest_text` of texts that need not be in memory together."""
    digest = hashlib.sha256(b"[")  # of the texts as a list in JSON
    separator = ""
    remaining = iter(parts)
    while chunk := json.dumps(list(islice(remaining, _TEXTS_AT_ONCE)))[1:-1]:
        digest.update((separator + chunk).encode())
        separator = ", "
    digest.update(b"]")
    return digest.hexdigest()
