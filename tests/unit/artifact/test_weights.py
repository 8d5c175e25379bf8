"""Tensors out of a safetensors file without its package, and what is not such a file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from visualtaste.artifact.weights import Weights
from visualtaste.errors import ArtifactError


def test_tensors_are_what_the_package_wrote(tmp_path: Path) -> None:
    save_file = pytest.importorskip("safetensors.numpy").save_file
    matrix = np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)
    tensors = {"a.weight": matrix, "shift": np.array(0.5, dtype=np.float32), "n": np.array([7])}
    save_file(tensors, tmp_path / "w.safetensors", metadata={"by": "test"})
    weights = Weights(tmp_path / "w.safetensors")
    np.testing.assert_array_equal(weights.tensor("a.weight", 3, 4), matrix)
    assert weights.tensor("shift") == 0.5
    for name, shape, message in [
        ("b", (3,), "has no tensor 'b'"),
        ("a.weight", (4, 3), r"a\.weight is F32 \(3, 4\), not F32 \(4, 3\)"),
        ("n", (1,), r"n is I64 \(1,\), not F32"),
    ]:
        with pytest.raises(ArtifactError, match=message):
            weights.tensor(name, *shape)


def written(header: object, numbers: bytes = bytes(16)) -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + numbers


def place(begin: int, end: int, shape: tuple[int, ...] = (4,), dtype: str = "F32") -> dict[str, object]:
    return {"x": {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff" * 8,
        b"\x05" + bytes(7) + b"{nope",
        written([1]),
        written({"x": 1}),
        written({"x": {}}),
        written(place(0, 32)),
        written(place(-4, 12)),
        written(place(0, 12)),
        written(place(0, 16, (-4,))),
        written(place(0, 16, ("a",))),  # type: ignore[arg-type]
        written(place(0, 16))[:-1],
    ],
)
def test_what_is_no_such_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "w.safetensors").write_bytes(content)
    with pytest.raises(ArtifactError, match=r"w\.safetensors is no safetensors file of weights"):
        Weights(tmp_path / "w.safetensors")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r"w\.safetensors cannot be read: No such file"):
        Weights(tmp_path / "w.safetensors")
