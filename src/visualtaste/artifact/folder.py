"""The sealed folder: its manifest, written last, holds the digest of every file, and reading checks them all.

It is read only as it was written: nothing missing, altered, newer, foreign or outside of it. Files that
the manifest does not list are ignored, since nothing opens them: a desktop's droppings, an index made later.
The exception is a subfolder with listed files: transformers opens `encoder/` as a whole and takes whichever
weights it finds first, so a file added there could replace what was sealed, and is refused. Among what it takes are
pickled weights and Python files, which run what their author likes: listed or not, neither has a place there.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath

from pydantic import ValidationError

from visualtaste.artifact.manifest import ITEMS, EncoderManifest, Manifest, TasteManifest
from visualtaste.artifact.parse import COPY_AGAIN, AnyManifest, first_problem, parse
from visualtaste.errors import ArtifactError
from visualtaste.files import digest_file, write_json

_THREADS = 4
_TRANSFORMERS = "encoder"  # the folder in its layout
_RUNS_NOTHING = (".json", ".safetensors")


def read_manifest(folder: Path, kind: type[AnyManifest]) -> AnyManifest:
    """The manifest of a folder of the given kind, after checking every file that it lists.

    Raises ArtifactError, saying what is wrong and what to do, when the folder is of another kind, a file is missing,
    altered or outside the folder, or the manifest is damaged, newer or foreign.
    """
    try:
        if not (folder / kind.FILE).is_file():
            raise ArtifactError(_not_of_kind(folder, kind))
        _check_inside(folder / kind.FILE, folder.resolve())
        manifest = parse(folder / kind.FILE, kind)
        _check_files(folder, manifest)
        return manifest
    except (OSError, RuntimeError) as error:  # no permission, a broken disk, a name too long, links in a circle
        raise ArtifactError(f"{folder} cannot be read: {error}") from None


def read_any(folder: Path) -> EncoderManifest | TasteManifest:
    """The manifest of a model folder or of an encoder folder; both hold an encoder. Raises as `read_manifest`."""
    if (folder / EncoderManifest.FILE).is_file() and not (folder / TasteManifest.FILE).is_file():
        return read_manifest(folder, EncoderManifest)
    return read_manifest(folder, TasteManifest)


def seal(folder: Path, manifest: AnyManifest) -> AnyManifest:
    """Digest every file in the folder and write the manifest last; returns it with the digests.

    Hidden files are left out: they are a system's, or what an interrupted write left. So is the folder of an item
    index, which has a seal of its own. A folder whose writing was
    interrupted has no manifest, so it is never taken for a complete one.

    Raises ArtifactError when a network is missing, or a file is a link, which would not survive a copy.
    """
    digests = {}
    for name in _visible_files(folder):
        if (folder / name).is_symlink():
            raise ArtifactError(f"{folder / name} is a link: a model folder holds only files of its own")
        if name != manifest.FILE:
            digests[name] = digest_file(folder / name)
            _refuse_code(folder, name)
    missing = sorted(set(manifest.NETWORKS) - digests.keys())
    if missing:
        raise ArtifactError(f"{folder / missing[0]} is missing: the folder cannot be sealed without it")
    try:
        sealed = type(manifest).model_validate({**manifest.model_dump(), "files": digests})
    except ValidationError as error:
        raise ArtifactError(f"{folder}: {first_problem(error.errors()[0])}") from None
    write_json(folder / manifest.FILE, sealed.model_dump(mode="json"))
    return sealed


def _check_files(folder: Path, manifest: Manifest) -> None:
    unlisted = sorted(set(manifest.NETWORKS) - manifest.files.keys())
    if unlisted:
        raise ArtifactError(f"{folder / manifest.FILE} does not list {unlisted[0]}: it is incomplete, {COPY_AGAIN}")
    root = folder.resolve()
    for name in manifest.files:
        _refuse_code(folder, name)
        _check_plain(folder / name, root)
    # hashing lets other threads run, and takes longer than everything else where a processor has no instruction for it
    with ThreadPoolExecutor(_THREADS) as threads:
        digests = threads.map(lambda name: digest_file(folder / name), manifest.files)
        for (name, digest), found in zip(manifest.files.items(), digests, strict=True):
            if found != digest:
                raise ArtifactError(f"{folder / name} is not what was written (its digest differs): {COPY_AGAIN}")
    added = next(_added_files(folder, manifest), None)
    if added is not None:
        raise ArtifactError(f"{folder / added} is not part of what was written: move it out of the folder")


def _refuse_code(folder: Path, name: str) -> None:
    path = PurePosixPath(name)
    if path.parent.parts[:1] == (_TRANSFORMERS,) and path.suffix not in _RUNS_NOTHING:
        raise ArtifactError(
            f"{folder / name} may hold code that runs when it is opened: {_TRANSFORMERS}/ has only "
            f"{' and '.join(_RUNS_NOTHING)} files; do not use a folder that somebody made so"
        )


def _check_inside(path: Path, root: Path) -> None:
    # A link out of the folder works until the folder is copied, and reads what its owner never meant to share.
    if not path.resolve().is_relative_to(root):
        raise ArtifactError(f"{path} leads out of the folder, to {path.resolve()}: put the file itself there")


def _check_plain(path: Path, root: Path) -> None:
    _check_inside(path, root)
    if not path.is_file():
        problem = "is not a plain file" if path.exists() else "is missing"
        raise ArtifactError(f"{path} {problem}: {COPY_AGAIN}")


def _added_files(folder: Path, manifest: Manifest) -> Iterator[str]:
    """Visible files beside listed ones in subfolders that the manifest does not list."""
    subfolders = {str(PurePosixPath(name).parent) for name in manifest.files} - {"."}
    for subfolder in sorted(subfolders):
        for path in sorted((folder / subfolder).iterdir()):
            name = f"{subfolder}/{path.name}"
            if path.is_file() and not path.name.startswith(".") and name not in manifest.files:
                yield name


def _visible_files(folder: Path) -> list[str]:
    """Relative posix paths of all files and links of which no part is hidden and that are of no item index, sorted."""
    found = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    relative = [path.relative_to(folder) for path in found]
    relative = [path for path in relative if path.parts[0] != ITEMS]
    return sorted(path.as_posix() for path in relative if not any(part.startswith(".") for part in path.parts))


def _not_of_kind(folder: Path, kind: type[Manifest]) -> str:
    """Why there is no such manifest, and where to get one."""
    wants_model = issubclass(kind, TasteManifest)
    noun = "model" if wants_model else "encoder"
    if not folder.exists():
        return f"{folder}: there is no such folder"
    if not folder.is_dir():
        return f"{folder} is a file: give the {noun}'s folder"
    if wants_model and (folder / EncoderManifest.FILE).is_file():
        return f"{folder} is an encoder, no model yet: `visualtaste fit-interests` makes one from it"
    if not wants_model and (folder / TasteManifest.FILE).is_file():
        return f"{folder} is a complete model, not an encoder: give the folder that `visualtaste fit-encoder` wrote"
    if (folder / "dataset.json").is_file():
        return f"{folder} is a data set, not {'a model' if wants_model else 'an encoder'}: `visualtaste fit` trains one"
    command = "fit" if wants_model else "fit-encoder"
    return f"{folder} is not a complete {noun}: it has no {kind.FILE}; `visualtaste {command}` writes one"
