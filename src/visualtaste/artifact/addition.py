"""Files that come into a sealed folder later: at every moment the folder is whole, with them or without."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from visualtaste.artifact.exports import Exports
from visualtaste.artifact.folder import read_manifest
from visualtaste.artifact.manifest import TasteManifest
from visualtaste.files import digest_file, write_json
from visualtaste.locks import exclusive

# Hidden: reading a folder does not look at them, nor does copying a model need them.
_LOCK = ".export.lock"
_WORKSPACE = ".export.partial"


@contextmanager
def adding_to(folder: Path) -> Iterator[Path]:
    """Hold a model folder for adding to it; yields an empty folder inside it for what is being made.

    What a killed process left there goes first. Raises ArtifactError as `read_manifest` does, and InUseError, at
    once, while another process adds something.
    """
    read_manifest(folder, TasteManifest)  # what is no model folder gets no lock file
    with exclusive(folder / _LOCK):
        workspace = folder / _WORKSPACE
        shutil.rmtree(workspace, ignore_errors=True)
        workspace.mkdir()
        try:
            yield workspace
        finally:
            shutil.rmtree(workspace, ignore_errors=True)


def add_files(folder: Path, made: Mapping[str, Path], before: Exports, after: Exports) -> TasteManifest:
    """Move finished files into the folder under their names and list them; returns the new manifest.

    `before` says which exports the folder has without them, and `after` with them. Where the manifest lists other
    files of these names, it is first written without: killed in between, the folder lacks the export, and is a whole
    model all the same. To be called within `adding_to`.
    """
    manifest = read_manifest(folder, TasteManifest)
    digests = {name: digest_file(path) for name, path in made.items()}
    others = {name: digest for name, digest in manifest.files.items() if name not in made}
    if any(manifest.files.get(name, digest) != digest for name, digest in digests.items()):
        _write(folder, manifest, before, others)
    for name, path in made.items():
        with path.open("rb") as stream:
            os.fsync(stream.fileno())
        os.replace(path, folder / name)
    return _write(folder, manifest, after, dict(sorted((others | digests).items())))


def _write(folder: Path, manifest: TasteManifest, exports: Exports, files: Mapping[str, str]) -> TasteManifest:
    changed = manifest.model_copy(update={"exports": exports, "files": dict(files)})
    write_json(folder / TasteManifest.FILE, changed.model_dump(mode="json"))
    return changed
