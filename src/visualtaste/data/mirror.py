"""A dataset folder at a URL, seen from this machine: its tables are copied, its photos stay where they are.

The copy lies in the user's cache ($XDG_CACHE_HOME or ~/.cache, there visualtaste/datasets). It is a dataset folder
like any other, so features are kept in it; its image root is a URL.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from visualtaste.data.locations import below, open_filesystem
from visualtaste.errors import DataError
from visualtaste.files import atomic_path, digest_text, write_json

TABLES = ("items.parquet", "interactions.parquet")
_RECORD = "mirror.json"


def mirror(url: str) -> Path:
    """Copy what is new or has changed of the dataset at `url` and return the copy's folder.

    A table is taken for unchanged when its storage says about it what it said before (size, time, ETag).
    Raises DataError when there is no dataset or it cannot be read.
    """
    url = url.rstrip("/")
    folder = _cache() / f"{url.rsplit('/', 1)[-1]}-{digest_text(url)[:12]}"
    filesystem, path = open_filesystem(url)
    try:
        info = json.loads(filesystem.cat_file(f"{path}/dataset.json"))
        info["image_root"] = str(below(url, info["image_root"]))
        before = _record(folder)
        now = {name: digest_text(str(filesystem.info(f"{path}/{name}"))) for name in TABLES}
        for name in TABLES:
            if before.get(name) != now[name] or not (folder / name).exists():
                (folder / "dataset.json").unlink(missing_ok=True)  # it does not describe the new tables
                with atomic_path(folder / name) as partial:
                    filesystem.get_file(f"{path}/{name}", str(partial))
    except FileNotFoundError as error:
        raise DataError(f"{url} is not a dataset folder: there is no {error.filename or error}") from None
    except (json.JSONDecodeError, KeyError, TypeError):
        raise DataError(f"{url}/dataset.json is not what an import writes: import the dataset again") from None
    except Exception as error:  # every storage's client has exceptions of its own
        raise DataError(f"{url} cannot be read: {type(error).__name__}: {error}") from error
    write_json(folder / _RECORD, now)
    write_json(folder / "dataset.json", info)
    return folder


def _cache() -> Path:
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "visualtaste" / "datasets"


def _record(folder: Path) -> dict[str, Any]:
    """What the storage said about the tables when they were copied."""
    try:
        record = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}
