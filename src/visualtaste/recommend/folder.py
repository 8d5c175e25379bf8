"""MODEL/items: the item index on disk, sealed by a manifest of its own.

An index is made long after the model and anew whenever the catalogue changes, so the model's own seal leaves it
out. Arrays are .npy files, opened as maps: a million items cost no memory before they are used. Nothing is pickled.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visualtaste.artifact.folder import read_manifest, seal
from visualtaste.artifact.manifest import ITEMS, TasteManifest
from visualtaste.errors import ArtifactError
from visualtaste.features.turn import in_turn
from visualtaste.files import replace_folder
from visualtaste.locks import exclusive
from visualtaste.recommend.arrays import check_arrays, from_arrays, to_arrays
from visualtaste.recommend.catalogue import ItemCatalogue
from visualtaste.recommend.graph import GraphSearch
from visualtaste.recommend.links import LEVELS_FILE, NEIGHBOURS_FILE, Links
from visualtaste.recommend.manifest import ARRAYS, ItemsManifest
from visualtaste.recommend.search import ExactSearch, ItemSearch
from visualtaste.types import Float32

# From here a graph answers faster than comparing every vector, see benchmarks/items_speed.py.
GRAPH_FROM = 200_000


@dataclass(frozen=True, eq=False)
class ItemIndex:
    """An item index in memory."""

    manifest: ItemsManifest
    catalogue: ItemCatalogue
    search: ItemSearch


def write_items(model: Path, manifest: ItemsManifest, catalogue: ItemCatalogue, stretch: Float32) -> ItemIndex:
    """Write the index of a model; an older one is replaced once the new one is complete.

    From 200,000 items on it gets a search graph, for which `stretch` (d,) says how columns are weighed.
    """
    search: ItemSearch = ExactSearch(catalogue.vectors)
    with _staged(model / ITEMS) as folder:
        for name, array in (to_arrays(catalogue) | {"graph_stretch": stretch}).items():
            _save(folder / f"{name}.npy", array)
        if len(catalogue) >= GRAPH_FROM:
            search = GraphSearch.build(catalogue.vectors, stretch, catalogue.layout.spare)
            _save(folder / f"{LEVELS_FILE}.npy", search.links.levels)
            _save(folder / f"{NEIGHBOURS_FILE}.npy", search.links.neighbours)
        sealed = seal(folder, manifest)
    return ItemIndex(sealed, catalogue, search)


def read_items(model: Path, taste: TasteManifest) -> ItemIndex:
    """The index of a model.

    Raises ArtifactError, saying what is wrong and what to do, when there is none, when it was made with another
    model, or when a file of it is missing, altered, newer, foreign or contradicts another.
    """
    folder = model / ITEMS
    if not folder.exists():
        raise ArtifactError(f"{model} has no item index: `visualtaste index` makes one")
    try:
        if folder.is_dir() and not (folder / ItemsManifest.FILE).is_file():
            raise ArtifactError(f"{folder} is not a complete item index: it has no {ItemsManifest.FILE}")
        manifest = read_manifest(folder, ItemsManifest)
        if not manifest.belongs_to(taste):
            raise ArtifactError(f"{folder} was made with another model")
        if manifest.features_by not in (None, taste.int8_digest):
            raise ArtifactError(f"{folder} was made in int8, with an encoder that the model no longer has")
        arrays = {name: _open(folder / f"{name}.npy") for name in ARRAYS}
        check_arrays(arrays, folder, manifest.items, manifest.feature_size, len(manifest.categories))
        catalogue = from_arrays(arrays)
        search = _search(folder, manifest, catalogue, arrays["graph_stretch"])
    except ArtifactError as error:
        raise ArtifactError(f"{error}; `visualtaste index` makes the index anew") from None
    return ItemIndex(manifest, catalogue, search)


def _search(folder: Path, manifest: ItemsManifest, catalogue: ItemCatalogue, stretch: Float32) -> ItemSearch:
    if manifest.files.keys().isdisjoint(f"{name}.npy" for name in (LEVELS_FILE, NEIGHBOURS_FILE)):
        return ExactSearch(catalogue.vectors)
    links = Links(_open(folder / f"{LEVELS_FILE}.npy"), _open(folder / f"{NEIGHBOURS_FILE}.npy"))
    links.check(folder, len(catalogue))
    return GraphSearch.of(links, catalogue.vectors, stretch, catalogue.layout.spare)


def _save(path: Path, array: NDArray[Any]) -> None:
    """Write an array as `np.save` does, whose error on a full disk says neither that it is full nor of which file."""
    array = np.ascontiguousarray(array)
    try:
        with path.open("wb") as stream:
            np.lib.format.write_array_header_1_0(stream, np.lib.format.header_data_from_array_1_0(array))
            stream.write(array.data)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


def _open(path: Path) -> NDArray[Any]:
    try:
        array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except Exception as error:  # a header that nobody wrote by NumPy makes its reader stumble over anything
        raise ArtifactError(f"{path} is no array: {' '.join(str(error).split())[:200]}") from None
    return array


@contextmanager
def _staged(target: Path) -> Iterator[Path]:
    """A folder beside `target` that takes its place on success and vanishes on failure.

    What a killed process left there goes first, so others wait until whoever writes is done.
    """
    staging = target.with_name(f".{target.name}.partial")
    with in_turn(lambda: exclusive(target.with_name(f".{target.name}.lock"))):
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True)
        try:
            yield staging
            replace_folder(staging, target)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
