"""A training that is killed, really, in every stage ends with the same model as one that was left alone."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from visualtaste.artifact.folder import read_manifest
from visualtaste.artifact.manifest import TasteManifest
from visualtaste.data.shop.generate import generate_shop
from visualtaste.data.shop.world import ShopSettings

CONFIG = """
preset = "shop"
seed = 5

[encoder]
image_size = 32
hidden = 16
frozen_epochs = 1
epochs = 2

[interests]
hidden = 16
epochs = 12
patience = 12
"""
PATIENCE = 300  # seconds that a stage may take on a busy machine before the test gives up


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("resume")
    generate_shop(folder / "shop", ShopSettings(users=80, items=400, categories=40, image_size=48), seed=1)
    (folder / "taste.toml").write_text(CONFIG)
    return folder


def _fit(folder: Path, dataset: str, model: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "visualtaste", "fit", dataset, "-o", model, "-c", "taste.toml"]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def _kill_when(process: "subprocess.Popen[bytes]", reached) -> None:
    deadline = time.monotonic() + PATIENCE
    while not reached():
        if process.poll() is not None:
            pytest.fail(f"ended before it could be killed: {process.stderr.read().decode()}")
        assert time.monotonic() < deadline
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stderr.close()


def _finish(process: "subprocess.Popen[bytes]") -> None:
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors.decode()


def _rows_extracted(dataset: Path) -> int:
    states = list((dataset / "features").glob("*/state.u8"))
    return int((np.fromfile(states[0], dtype=np.uint8) == 1).sum()) if states else 0


@pytest.mark.slow
def test_killed_in_every_stage_it_ends_with_the_same_model(shop):
    shutil.copytree(shop / "shop", shop / "other")
    _finish(_fit(shop, "shop", "whole"))

    partial = shop / "cut.partial"
    _kill_when(_fit(shop, "other", "cut"), (partial / "encoder.partial" / "encoder.checkpoint").exists)
    assert not (shop / "cut").exists()
    _kill_when(_fit(shop, "other", "cut"), lambda: _rows_extracted(shop / "other") > 0)
    half = _rows_extracted(shop / "other")
    _kill_when(_fit(shop, "other", "cut"), (partial / "interests.checkpoint").exists)
    _finish(_fit(shop, "other", "cut"))
    assert half < 400, "extraction was over before the kill: the test needs more items"
    assert not partial.exists()

    whole, cut = (read_manifest(shop / name, TasteManifest) for name in ("whole", "cut"))
    assert cut.files == whole.files  # every network, bit for bit
    losses = [[(record.stage, record.epoch, record.loss) for record in each.history] for each in (whole, cut)]
    assert losses[0] == losses[1]
    assert cut.metrics == whole.metrics


@pytest.mark.slow
def test_a_finished_model_is_kept_and_another_refuses_its_place(shop):
    if not (shop / "whole").exists():
        _finish(_fit(shop, "shop", "whole"))
    before = (shop / "whole" / "taste.json").stat().st_mtime_ns
    _finish(_fit(shop, "shop", "whole"))
    assert (shop / "whole" / "taste.json").stat().st_mtime_ns == before
    (shop / "taste.toml").write_text(CONFIG.replace("seed = 5", "seed = 6"))
    process = _fit(shop, "shop", "whole")
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert "choose another -o" in " ".join(errors.decode().split())
