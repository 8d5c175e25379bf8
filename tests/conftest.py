"""Fixtures that tests of several layers share."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from support.photos import save_photo
from support.tiny_model import write_tiny_encoder, write_tiny_model

# before torch starts its threads: spinning ones make the trainings many times slower where cores are shared
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# before Ray is imported: the clusters that tests start are for this run of the tests alone
os.environ.update(RAY_AUTH_MODE="token", RAY_AUTH_TOKEN=uuid.uuid4().hex, RAY_USAGE_STATS_ENABLED="0")


@pytest.fixture(scope="session")
def tiny_model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A valid model folder (see support.tiny_model); shared, so copy it before changing anything."""
    return write_tiny_model(tmp_path_factory.mktemp("tiny") / "model")


@pytest.fixture(scope="session")
def tiny_encoder_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A valid encoder folder, shared."""
    return write_tiny_encoder(tmp_path_factory.mktemp("tiny") / "encoder")


@pytest.fixture(scope="session")
def pooled_model_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Folders of small models by pooling (see support.pooled_model), each exported once in a test run; shared."""

    @cache
    def folder(pooling: str) -> Path:
        from support.pooled_model import write_pooled_model  # brings torch, which most tests do without

        return write_pooled_model(tmp_path_factory.mktemp("pooled") / pooling, pooling)

    return folder


@pytest.fixture(scope="session")
def exportable_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated shop, in `shop/`, and a model for it with a real encoder, in `model/`; copy it to change it."""
    from support.exportable_model import write_exportable_model, write_exportable_shop  # brings torch

    folder = tmp_path_factory.mktemp("exportable")
    write_exportable_model(folder / "model", write_exportable_shop(folder / "shop"))
    return folder


@pytest.fixture(scope="session")
def int8_model_folder(exportable_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That model with an int8 encoder; shared."""
    from visualtaste.data.dataset import Dataset
    from visualtaste.export.int8.export import export_int8

    folder = shutil.copytree(exportable_folder / "model", tmp_path_factory.mktemp("int8") / "model")
    export_int8(folder, Dataset.read(exportable_folder / "shop"))
    return folder


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three photos, of plain red, green and blue."""
    folder = tmp_path_factory.mktemp("photos")
    colours = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}
    return [save_photo(folder / f"{name}.png", colour) for name, colour in colours.items()]


@pytest.fixture(scope="session")
def indexed_model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model with the tinted shop's item index; the shop lies beside it, as `shop`. Shared."""
    from support.items import index_tinted_shop  # data sets are read with polars, which few tests need

    return index_tinted_shop(tmp_path_factory.mktemp("items"))
