"""An item index is read back as it was written; everything else is refused with what is wrong and what to do."""

import errno
import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor, wait

import numpy as np
import pytest

from support.full_disk import files_of_at_most
from support.items import drawn_catalogue
from visualtaste.artifact.folder import read_manifest, seal
from visualtaste.artifact.manifest import TasteManifest
from visualtaste.errors import ArtifactError
from visualtaste.inference.taste_model import TasteModel
from visualtaste.recommend import folder as module
from visualtaste.recommend.folder import read_items, write_items
from visualtaste.recommend.graph import GraphSearch
from visualtaste.recommend.links import Links
from visualtaste.recommend.manifest import ItemsManifest
from visualtaste.recommend.recommender import Recommender

STRETCH = np.ones(32, dtype=np.float32)


@pytest.fixture
def model(indexed_model_folder, tmp_path):
    """A model with an index, of the test's own."""
    return shutil.copytree(indexed_model_folder, tmp_path / "model")


def read(model):
    return read_items(model, TasteModel.load(model).manifest)


def put(model, name, change):
    """Change an array, and seal the index again, as who wants to mislead would."""
    path = model / "items" / f"{name}.npy"
    array = np.load(path)
    np.save(path, change(array))
    reseal(model)


def reseal(model, **changes):
    content = json.loads((model / "items" / "items.json").read_text())
    manifest = ItemsManifest.model_validate({**content, **changes, "files": {}})
    seal(model / "items", manifest)


def assign(position, value):
    def change(array):
        array[position] = value
        return array

    return change


def edit(**values):
    def tamper(model):
        path = model / "items" / "items.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **values}))

    return tamper


def cut(model):
    path = model / "items" / "vectors.npy"
    os.truncate(path, path.stat().st_size // 2)


def cut_and_seal(model):
    cut(model)
    reseal(model)


def pickled(model):
    np.save(model / "items" / "base.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    reseal(model)


REFUSED = {
    "no index": (lambda m: shutil.rmtree(m / "items"), "has no item index: `visualtaste index` makes one"),
    "no manifest": (lambda m: (m / "items" / "items.json").unlink(), r"it has no items\.json"),
    "missing file": (lambda m: (m / "items" / "products.npy").unlink(), r"products\.npy is missing"),
    "cut file": (cut, r"vectors\.npy is not what was written \(its digest differs\)"),
    "cut and sealed": (cut_and_seal, r"vectors\.npy is no array"),
    "pickled": (pickled, r"base\.npy is no array: .*Python objects"),
    "newer": (edit(schema_version=99), "has version 99, this program reads 1"),
    "unknown key": (edit(colour="red"), "unknown key 'colour'"),
    "negative weight": (
        edit(blend={"photos": {"visual": -1.0}}),
        r"blend\.photos\.visual: Input should be greater than or equal to 0",
    ),
    "other encoder": (lambda m: reseal(m, encoder="0" * 64), "was made with another model"),
    "other int8 encoder": (lambda m: reseal(m, features_by="0" * 64), "with an encoder that the model no longer has"),
    "other interests": (lambda m: reseal(m, interests="0" * 64), "was made with another model"),
    "other count": (lambda m: reseal(m, items=7), r"offsets\.npy is int64 \(31,\), which does not fit"),
    "other kind": (lambda m: put(m, "features", lambda a: a.astype(np.float32)), r"features\.npy is float32 \(30, 4\)"),
    "other width": (lambda m: put(m, "vectors", lambda a: a[:, :5]), r"vectors\.npy is float16 \(30, 5\)"),
    "stray category": (lambda m: put(m, "category_values", assign(0, 5)), r"category_values\.npy holds 5, not 0 to 4"),
    "stray product": (lambda m: put(m, "products", assign(3, -1)), r"products\.npy holds -1, not 0 to 29"),
    "stray neighbour": (lambda m: put(m, "neighbour_rows", assign(0, 30)), r"neighbour_rows\.npy holds 30"),
    "falling offsets": (lambda m: put(m, "id_offsets", assign(1, 999)), r"id_offsets\.npy does not divide the"),
    "short strengths": (lambda m: put(m, "neighbour_strengths", lambda a: a[:-1]), "differ in length"),
    "not finite": (lambda m: put(m, "visual_projection", assign((0, 0), np.nan)), "holds a value that is not finite"),
    "stretched by nothing": (lambda m: put(m, "graph_stretch", assign(0, 0)), r"graph_stretch\.npy holds a value that"),
    "path out": (edit(files={"../taste.json": "0" * 64}), "is not a plain relative path inside"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_broken_index_is_refused_with_what_is_wrong(model, case):
    tamper, message = REFUSED[case]
    tamper(model)
    with pytest.raises(ArtifactError, match=message) as caught:
        read(model)
    assert "`visualtaste index` makes" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_index_is_read_as_it_was_written(model):
    index = read(model)
    assert index.manifest.items == len(index.catalogue) == 30
    assert index.manifest.left_out == 1
    stretch = np.load(model / "items" / "graph_stretch.npy")
    again = write_items(model, index.manifest, index.catalogue, stretch)
    assert again.manifest == index.manifest


def test_the_models_own_seal_leaves_the_index_out(model):
    manifest = read_manifest(model, TasteManifest)
    assert seal(model, manifest) == manifest
    shutil.rmtree(model / "items")
    assert read_manifest(model, TasteManifest) == manifest


def test_a_failed_write_leaves_the_old_index_whole(model, monkeypatch):
    index = read(model)

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(module, "seal", fail)
    with pytest.raises(OSError, match="disk full"):
        write_items(model, index.manifest, index.catalogue, STRETCH)
    assert read(model).manifest == index.manifest
    assert sorted(path.name for path in model.iterdir() if path.name.startswith(".")) == [".items.lock"]


def test_a_full_disk_is_said_with_the_name_of_the_file(model):
    index = read(model)
    with files_of_at_most(100), pytest.raises(OSError, match=r"File too large: .*\.npy") as caught:
        write_items(model, index.manifest, index.catalogue, STRETCH)
    assert caught.value.errno == errno.EFBIG
    assert read(model).manifest == index.manifest


def test_of_two_who_write_the_second_waits_for_the_first(model, monkeypatch):
    index, others = read(model), []

    def seal_while_another_begins(*arguments):
        monkeypatch.setattr(module, "seal", seal)
        others.append(threads.submit(write_items, model, index.manifest, index.catalogue, STRETCH))
        wait(others, timeout=0.2)
        return seal(*arguments)

    monkeypatch.setattr(module, "seal", seal_while_another_begins)
    with ThreadPoolExecutor(1) as threads:
        written = write_items(model, index.manifest, index.catalogue, STRETCH)
    assert written.manifest == others[0].result().manifest == read(model).manifest


def test_a_large_index_keeps_its_graph(model, monkeypatch, photos):
    monkeypatch.setattr(module, "GRAPH_FROM", 10)
    before = Recommender.load(model).recommend(photos, k=5)
    index = read(model)
    write_items(model, index.manifest, index.catalogue, STRETCH)
    assert (model / "items" / "graph_levels.npy").is_file()
    opened = read(model)
    assert isinstance(opened.search, GraphSearch)
    assert [item.item_id for item in Recommender.load(model).recommend(photos, k=5)] == [i.item_id for i in before]
    put(model, "graph_neighbours", assign(7, 30))
    with pytest.raises(ArtifactError, match=r"graph_neighbours\.npy holds 30, not -1 to 29; `visualtaste index`"):
        read(model)
    (model / "items" / "graph_neighbours.npy").unlink()
    reseal(model)
    with pytest.raises(ArtifactError, match=r"graph_neighbours\.npy is no array"):
        read(model)


def graph_of_levels(model, monkeypatch):
    """A folder of 400 items whose graph has two levels at least."""
    monkeypatch.setattr(module, "GRAPH_FROM", 10)
    catalogue = drawn_catalogue(400)
    manifest = read_manifest(model / "items", ItemsManifest)
    stretch = np.ones(catalogue.vectors.shape[1], dtype=np.float32)
    changes = {"items": 400, "categories": tuple("abcdef"), "feature_size": 8}
    write_items(model, manifest.model_copy(update=changes), catalogue, stretch)
    return catalogue


def test_a_graph_is_read_as_it_was_written(model, monkeypatch):
    catalogue = graph_of_levels(model, monkeypatch)
    links = Links(*(np.load(model / "items" / f"graph_{name}.npy") for name in ("levels", "neighbours")))
    links.check(model / "items", 400)
    assert links.levels.max() >= 2
    stretch = np.ones(catalogue.vectors.shape[1], dtype=np.float32)
    built = GraphSearch.build(catalogue.vectors, stretch, catalogue.layout.spare)
    again = GraphSearch.of(links, catalogue.vectors, stretch, catalogue.layout.spare)
    queries = np.random.default_rng(0).normal(size=(20, len(stretch))).astype(np.float32)
    queries[:, catalogue.layout.spare] = 0
    np.testing.assert_array_equal(again.search(queries, 10)[1], built.search(queries, 10)[1])


BROKEN_LINKS = {
    "other kind": ("levels", lambda a: a.astype(np.int64), r"graph_levels\.npy is int64 \(400,\)"),
    "short": ("levels", lambda a: a[1:], r"graph_levels\.npy is int32 \(399,\)"),
    "no level": ("levels", assign(0, 0), r"graph_levels\.npy holds 0, not 1 to 16"),
    "endless level": ("levels", assign(0, 2**31 - 1), r"graph_levels\.npy holds 2147483647"),
    "one level more": (
        "levels",
        lambda a: assign(3, a[3] + 1)(a),
        r"neighbours\.npy is int32 .* does not fit graph_levels",
    ),
    "fewer": ("neighbours", lambda a: a[:-1], r"graph_neighbours\.npy is int32 .* does not fit"),
    "out of the graph": ("neighbours", assign(0, 400), r"graph_neighbours\.npy holds 400, not -1 to 399"),
    "before the graph": ("neighbours", assign(0, -2), r"graph_neighbours\.npy holds -2"),
}


@pytest.mark.parametrize("case", BROKEN_LINKS)
def test_links_that_faiss_would_follow_out_of_the_graph_are_refused(model, monkeypatch, case):
    graph_of_levels(model, monkeypatch)
    name, change, message = BROKEN_LINKS[case]
    links = {name: np.load(model / "items" / f"graph_{name}.npy") for name in ("levels", "neighbours")}
    links[name] = change(links[name])
    with pytest.raises(ArtifactError, match=message):
        Links(**links).check(model / "items", 400)


def test_links_that_leave_their_level_are_refused(model, monkeypatch):
    graph_of_levels(model, monkeypatch)
    levels, neighbours = (np.load(model / "items" / f"graph_{name}.npy") for name in ("levels", "neighbours"))
    high, low = (int(np.flatnonzero(levels == level)[0]) for level in (2, 1))
    start = 32 * int((levels[:high] + 1).sum())
    neighbours[start + 64] = low  # the first of the second level
    with pytest.raises(ArtifactError, match=rf"leads to item {low}, which is not in level 1"):
        Links(levels, neighbours).check(model / "items", 400)
