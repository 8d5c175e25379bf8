"""Explanations of folders that are older, poorer or mixed up."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from safetensors.numpy import load_file, save_file

from support.tiny_model import QUERY, WEIGHT
from visualtaste.artifact.folder import read_manifest, seal
from visualtaste.artifact.manifest import TasteManifest
from visualtaste.errors import ArtifactError, DataError
from visualtaste.inference.explain.attribution import Method
from visualtaste.inference.taste_model import TasteModel

X = np.random.default_rng(0).normal(size=(4, 12)).astype(np.float32)


def altered(folder: Path, target: Path, alter: Callable[[Path], None]) -> TasteModel:
    """A copy of a model folder, altered and sealed again."""
    shutil.copytree(folder, target)
    manifest = read_manifest(target, TasteManifest)
    alter(target)
    seal(target, manifest.model_copy(update={"files": {}}))
    return TasteModel.load(target)


def without_logits(folder: Path) -> None:
    network = onnx.load(folder / "interests.onnx")
    del network.graph.output[2]
    onnx.save(network, folder / "interests.onnx")


def test_a_folder_without_weights_is_explained_from_nothing(tiny_model_folder: Path) -> None:
    """By hand: of two photos x and y, half of f(x) - f(0) + f(x, y) - f(y), as f(0) = 0."""
    model = TasteModel.load(tiny_model_folder)
    x = np.array([[1, 0, 0, 1], [0, 1, 0, 1]], dtype=np.float32)

    def f(*rows: int) -> np.ndarray:
        chosen = x[list(rows)]
        weights = np.exp(chosen @ QUERY)
        return weights / weights.sum() @ chosen @ WEIGHT

    found = model.attribute(x)
    assert found.method == Method.SHAPLEY
    np.testing.assert_allclose(found.base, 0, atol=1e-5)
    np.testing.assert_allclose(found.contributions[0], (f(0) + f(0, 1) - f(1)) / 2, atol=1e-4)


def test_a_network_without_logits_is_explained_by_its_probabilities(
    pooled_model_folder: Callable[[str], Path], tmp_path: Path
) -> None:
    for pooling in ("attention", "max"):
        newer = TasteModel.load(pooled_model_folder(pooling))
        older = altered(newer.folder, tmp_path / pooling, without_logits)
        found = older.attribute(X)
        np.testing.assert_allclose(found.contributions, newer.attribute(X).contributions, atol=0.01)
        assert older.attribute(1000 * X).method == found.method  # probabilities of 1 have no logit; nothing breaks


def test_weights_of_another_network_are_found_out(pooled_model_folder: Callable[[str], Path], tmp_path: Path) -> None:
    def shift_bias(folder: Path) -> None:
        weights = load_file(folder / "interests.safetensors")
        weights["head.3.bias"] = weights["head.3.bias"] + np.float32(0.1)
        save_file(weights, folder / "interests.safetensors")

    model = altered(pooled_model_folder("attention2_gating"), tmp_path / "mixed", shift_bias)
    with pytest.raises(
        ArtifactError, match=r"contributions miss the logits by 0\.1: its weights are of another network"
    ):
        model.attribute(X)


def test_interests_can_be_sent_but_not_explained_elsewhere(tiny_model_folder: Path, photos: list[Path]) -> None:
    found = TasteModel.load(tiny_model_folder).interests(photos)
    sent = pickle.loads(pickle.dumps(found))
    assert sent == found
    with pytest.raises(DataError, match="came without what would explain them"):
        sent.explain("colour: red")
    explained = found.explain("colour: red")
    assert explained.because == (0,)
    assert explained.in_words == "photo 1"
