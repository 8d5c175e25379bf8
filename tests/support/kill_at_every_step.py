"""Kills a writing before its first step on the disk, then before a later one, and so on.

`python THIS model|items FOLDER STRIDE`. Each attempt is a process of its own that gets SIGKILL, each STRIDE steps later
than the one before. After each, what lies in FOLDER is read: it must be whole, the old one or the new one. Prints a
JSON list: for every attempt "old" or "new", and at last "done" for the one that was left alone. It forks, and so is run
by itself: where threads are, as in a run of tests, a fork may hang.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from visualtaste.artifact.folder import read_manifest, seal
from visualtaste.artifact.manifest import TasteManifest
from visualtaste.files import replace_folder
from visualtaste.recommend.folder import read_items, write_items

_STEPS = ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "shutil.rmtree")
_MANY = 1000


def write_model(folder: Path, name: str) -> None:
    """What a training does when all networks are there."""
    manifest = read_manifest(folder, TasteManifest)
    complete = folder.with_name("partial")
    shutil.rmtree(complete, ignore_errors=True)
    complete.mkdir()
    for file in manifest.files:
        (complete / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / file, complete / file)
    seal(complete, manifest.model_copy(update={"created_by": name}))
    replace_folder(complete, folder)


def model_name(folder: Path) -> str:
    return read_manifest(folder, TasteManifest).created_by


def write_index(folder: Path, name: str) -> None:
    """What `visualtaste index` does when all arrays are there."""
    index = read_items(folder, read_manifest(folder, TasteManifest))
    stretch = np.load(folder / "items" / "graph_stretch.npy")
    write_items(folder, index.manifest.model_copy(update={"created_by": name}), index.catalogue, stretch)


def index_name(folder: Path) -> str:
    return read_items(folder, read_manifest(folder, TasteManifest)).manifest.created_by


def killed_before(step: int, write: Callable[[], None]) -> bool:
    """Write in another process, which is killed before its step of that number; whether it had so many."""
    child = os.fork()
    if child == 0:
        left = step

        def count(event: str, _: object) -> None:
            nonlocal left
            if event in _STEPS:
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        write()
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def main(kind: str, folder: Path, stride: int) -> list[str]:
    write, name = {"model": (write_model, model_name), "items": (write_index, index_name)}[kind]
    write(folder, "old")
    found = []
    for step in range(0, _MANY, stride):
        if not killed_before(step, lambda: write(folder, "new")):
            return [*found, "done" if name(folder) == "new" else "lost"]
        found.append(name(folder))
        if found[-1] == "new":
            write(folder, "old")
    return found


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))))
