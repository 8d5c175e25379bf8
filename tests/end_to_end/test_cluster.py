"""Extraction and stage 1 on a Ray cluster of two machines, each with one worker, of which one is killed, really."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

from support.killer import killing_the_reader_of
from support.local_cluster import local_cluster
from support.tiny_model import SIZE
from visualtaste.config import TasteConfig
from visualtaste.data.dataset import INTERACTION_SCHEMA, ITEM_SCHEMA, Dataset, DatasetInfo
from visualtaste.features.encoder import OnnxEncoder
from visualtaste.features.extract import extract
from visualtaste.features.preprocessing import PreprocessingSpec

pytest.importorskip("ray", reason="needs Ray: pip install 'visualtaste[cluster]'")

from visualtaste.distributed import extraction
from visualtaste.distributed.cluster import connect

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="finds the worker to kill in /proc"),
    # Ray warns of its own use of its own deprecated settings
    pytest.mark.filterwarnings(r"ignore::DeprecationWarning:ray\..*"),
]

MISSING, BROKEN = 5, 17  # items without a file, and with one that is no picture
ITEMS = 48
CONFIG = TasteConfig.preset("shop").updated(
    {
        "seed": 5,
        "split": {"validation": 0.25},
        "encoder": {"image_size": 32, "hidden": 16, "frozen_epochs": 1, "epochs": 2, "batch_size": 8, "device": "cpu"},
    }
)


@pytest.fixture(scope="module")
def address():
    """Two machines of one processor each, as far as Ray can tell."""
    with local_cluster(machines=2) as address, pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_ADDRESS", address)  # where `auto` looks first
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
    return dataset


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "visualtaste", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | {"COLUMNS": "120"})


def test_a_killed_workers_photos_are_done_again_and_the_features_are_the_local_ones(
    cluster, shop, tiny_encoder_folder, tmp_path, monkeypatch
):
    encoder = OnnxEncoder(tiny_encoder_folder / "encoder.onnx", PreprocessingSpec(size=SIZE))
    monkeypatch.setattr(extraction, "_BLOCK", 4)
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
