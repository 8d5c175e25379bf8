"""Where a file lies: a path of this machine, or a URL that fsspec reads, such as s3://bucket/photos/1.jpg.

fsspec comes with the extra `cluster`; what a storage needs beside it (s3fs, gcsfs, adlfs) is named by its errors.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from visualtaste.errors import DataError, MissingExtraError

Location = Path | str  # a URL is a str with "://" in it


def is_url(location: Location) -> bool:
    """Whether a location is a URL; a `Path` never is, as it swallows one of the two slashes."""
    return isinstance(location, str) and "://" in location


def below(root: Location, name: str) -> Location:
    """The location `name` inside `root`; an absolute path or URL stays what it is."""
    if is_url(name):
        return name
    if isinstance(root, str) and is_url(root):
        return Path(name) if os.path.isabs(name) else f"{root.rstrip('/')}/{name}".removesuffix("/.")
    return Path(root) / name


def absolute(location: Location) -> str:
    """The location as text that means the same in another working directory."""
    return str(location) if is_url(location) else os.path.abspath(location)


def read_location(location: Location) -> bytes:
    """The bytes of a file or URL.

    Raises OSError as files do, whatever the storage raises, and DataError when this machine lacks what the storage
    needs: then no other file could be read either.
    """
    if not (isinstance(location, str) and is_url(location)):
        return Path(location).read_bytes()
    filesystem, path = open_filesystem(location)
    try:
        content: bytes = filesystem.cat_file(path)
    except (OSError, ValueError):
        raise
    except Exception as error:  # every storage's client has exceptions of its own
        raise OSError(f"{type(error).__name__}: {error}") from error
    return content


def open_filesystem(url: str) -> tuple[Any, str]:
    """The fsspec filesystem of a URL, and the path in it; raises DataError when it cannot be opened here."""
    try:
        from fsspec.core import url_to_fs
    except ModuleNotFoundError as error:
        raise MissingExtraError(f"reading {url}", "cluster") from error
    try:
        filesystem, path = url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise DataError(f"{url} cannot be read on this machine: {error}") from error
    return filesystem, path
