"""Extraction and stage 1 on a Ray cluster of two machines, each with one worker, of which one is killed, really."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch
from PIL import Image

from support.killer import killing_the_reader_of
from support.local_cluster import local_cluster
from support.tiny_model import SIZE
from visualtaste.artifact.folder import read_manifest
from visualtaste.artifact.manifest import EncoderManifest
from visualtaste.config import TasteConfig
from visualtaste.data.dataset import INTERACTION_SCHEMA, ITEM_SCHEMA, Dataset, DatasetInfo
from visualtaste.errors import ClusterError
from visualtaste.features.encoder import OnnxEncoder
from visualtaste.features.extract import extract
from visualtaste.features.preprocessing import PreprocessingSpec
from visualtaste.progress import Silent
from visualtaste.training.finetune import PhotoData, finetune
from visualtaste.training.fit import fit_encoder

pytest.importorskip("ray", reason="needs Ray: pip install 'visualtaste[cluster]'")

from visualtaste.distributed.cluster import connect

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="finds the worker to kill in /proc"),
    # Ray warns of its own use of its own deprecated settings
    pytest.mark.filterwarnings(r"ignore::DeprecationWarning:ray\..*"),
]

MISSING, BROKEN = 5, 17  # items without a file, and with one that is no picture
ITEMS = 48
TRAINED = 31  # an item of training users
CONFIG = """
preset = "shop"
seed = 5

[split]
test = 0.1
validation = 0.2
max_category_share = 1.0

[encoder]
image_size = 32
hidden = 16
frozen_epochs = 1
epochs = 2
batch_size = 4
device = "cpu"
"""


@pytest.fixture(scope="module")
def address():
    """Two machines of one processor each, as far as Ray can tell."""
    with local_cluster(machines=2) as address, pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_ADDRESS", address)  # where `auto` looks first
        patch.setenv(
            "RAY_TRAIN_ENABLE_PREEMPTION_WATCHER", "0"
        )  # one process less to start; nobody takes machines back
        yield address


@pytest.fixture(scope="module")
def cluster(address):
    with connect(address) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """48 items, dark ones of one category and bright ones of another; twelve users who bought four each."""
    folder = tmp_path_factory.mktemp("cluster") / "shop"
    (folder / "images").mkdir(parents=True)
    random = np.random.default_rng(0)
    for number in range(ITEMS):
        shade = random.integers(0, 100, (32, 32, 3)) + 150 * (number % 2)
        Image.fromarray(shade.astype(np.uint8)).save(folder / "images" / f"{number}.png")
    (folder / "images" / f"{MISSING}.png").unlink()
    (folder / "images" / f"{BROKEN}.png").write_bytes(b"no picture")
    names = [f"item-{number}" for number in range(ITEMS)]
    items = pl.DataFrame(
        {
            "item_id": names,
            "image": [f"{number}.png" for number in range(ITEMS)],
            "image_url": [None] * ITEMS,
            "title": names,
            "categories": [[("dark", "bright")[number % 2], f"kind-{number % 3}"] for number in range(ITEMS)],
        },
        schema=ITEM_SCHEMA,
    )
    pairs = [(f"user-{number % 12:02}", names[number], number) for number in range(ITEMS)]
    interactions = pl.DataFrame(pairs, schema=INTERACTION_SCHEMA, orient="row")
    categories = ("bright", "dark", "kind-0", "kind-1", "kind-2")
    info = DatasetInfo(name="shades", source="test", image_root="images", categories=categories)
    dataset = Dataset(folder, info, items, interactions)
    dataset.write()
    (folder.parent / "taste.toml").write_text(CONFIG)
    return dataset


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "visualtaste", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | {"COLUMNS": "120"})


def test_a_killed_workers_photos_are_done_again_and_the_features_are_the_local_ones(
    cluster, shop, tiny_encoder_folder, tmp_path
):
    encoder = OnnxEncoder(tiny_encoder_folder / "encoder.onnx", PreprocessingSpec(size=SIZE))
    with killing_the_reader_of(shop.image_path(30)) as killing:
        found = extract(shop, encoder, tmp_path / "cluster", encode=cluster.encode)
    assert killing.killed is not None
    expected = extract(shop, encoder, tmp_path / "local")
    assert found.store.done.tolist() == expected.store.done.tolist()
    assert found.store.done.sum() == ITEMS - 2
    np.testing.assert_allclose(
        found.store.matrix.astype(np.float32), expected.store.matrix.astype(np.float32), rtol=1e-3
    )
    assert found.skipped == expected.skipped == {"missing": 1, "not-an-image": 1}
    listed = (found.store.folder / "failures.jsonl").read_text().splitlines()
    assert len(listed) == 2


def test_the_command_extracts_what_is_missing_and_only_that(address, shop, tiny_encoder_folder):
    finished = run("extract", tiny_encoder_folder, shop.folder, "--cluster", "auto")
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout == "features of 46 items, skipped: 1 missing, 1 not-an-image\n"
    assert "ray" not in finished.stderr.lower()  # its own messages stay in its own logs
    again = run("extract", tiny_encoder_folder, shop.folder)  # here, and nothing is left to do
    assert again.stdout == finished.stdout
    assert "Extracting" not in again.stderr


def test_photos_that_a_machine_does_not_see_are_no_bad_photos(cluster, shop, tiny_encoder_folder, tmp_path):
    """For want of a second machine, a photo that exists for this process alone."""
    with (shop.folder / "images" / "0.png").open("rb") as file:
        private = os.dup2(file.fileno(), 900)
    encoder = OnnxEncoder(tiny_encoder_folder / "encoder.onnx", PreprocessingSpec(size=SIZE))
    try:
        with pytest.raises(ClusterError, match=r"cannot read /proc/self/fd/900.*a shared folder"):
            list(cluster.encode([f"/proc/self/fd/{private}"], np.array([0]), encoder))
    finally:
        os.close(private)


@pytest.fixture(scope="module")
def undisturbed(address, shop):
    """Stage 1 by two workers, as the command trains it."""
    folder = shop.folder.parent
    finished = run(
        "fit-encoder", shop.folder, "-o", folder / "encoder", "-c", folder / "taste.toml", "--cluster", "auto"
    )
    assert finished.returncode == 0, finished.stderr
    assert "stage 1 on 2 workers with 1 processor each" in finished.stderr
    assert "phase 2, epoch 2/2" in finished.stderr
    return read_manifest(folder / "encoder", EncoderManifest)


def test_a_killed_worker_changes_nothing_about_the_encoder(cluster, shop, undisturbed, tmp_path):
    config = TasteConfig.from_toml(shop.folder.parent / "taste.toml")
    photo = shop.image_path(TRAINED)
    with killing_the_reader_of(photo, spared=1) as killing:  # the first epoch is over when it is read again
        folder = fit_encoder(shop, config, tmp_path / "encoder", backend=cluster)
    assert killing.killed is not None
    found = read_manifest(folder, EncoderManifest)
    assert found.files == undisturbed.files  # every network, bit for bit
    assert [record.loss for record in found.history] == [record.loss for record in undisturbed.history]


def test_one_worker_trains_what_a_process_alone_trains(cluster, shop, tmp_path):
    settings = TasteConfig.from_toml(shop.folder.parent / "taste.toml").encoder.model_copy(update={"epochs": 1})
    rows = np.arange(ITEMS)
    photos = [shop.image_path(row) for row in rows]
    data = PhotoData(photos, shop.item_categories, len(shop.categories), train=rows[:32], validation=rows[32:])
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # as a worker has; sums of more are rounded otherwise
    try:
        here = finetune(data, settings, 5, tmp_path / "here", {})
    finally:
        torch.set_num_threads(threads)
    (tmp_path / "there").mkdir()
    there = replace(cluster, workers=1).finetune(data, settings, 5, tmp_path / "there", {}, Silent())
    assert [record.loss for record in there.history] == [record.loss for record in here.history]
    for name, tensor in here.classifier.state_dict().items():
        assert torch.equal(there.classifier.state_dict()[name], tensor), name
