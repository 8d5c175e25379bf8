"""ONNX Runtime opens what it should, silently, and refuses the rest in one line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest

from support.tiny_model import encoder_network, interests_network, item_classifier_network
from visualtaste.errors import ArtifactError
from visualtaste.features.encoder import OnnxEncoder
from visualtaste.features.preprocessing import PreprocessingSpec
from visualtaste.features.session import Port, check_ports, open_session

FEATURES = {"features": Port("float", (None, 4))}
PROBABILITIES = {"probabilities": Port("float", (None, 5))}


def saved(folder: Path, model: onnx.ModelProto, change: Callable[[onnx.ModelProto], None] | None = None) -> Path:
    if change is not None:
        change(model)
    path = folder / "network.onnx"
    onnx.save(model, path)
    return path


def test_a_network_opens_and_runs_silently(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = saved(tmp_path, item_classifier_network())
    session = open_session(path, threads=1)
    check_ports(session, path, FEATURES, PROBABILITIES)
    assert session.run(None, {"features": np.zeros((2, 4), dtype=np.float32)})[0].shape == (2, 5)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"not ONNX at all",
            r"cannot open it: copy the model folder again, the file is damaged or foreign \(it has a field",
        ),
        (b"", r"cannot open it: .*\(it is empty\)"),
        (item_classifier_network().SerializeToString()[:-30], "cannot open it"),
    ],
    ids=["foreign", "empty", "truncated"],
)
def test_a_damaged_file_is_refused(
    tmp_path: Path, content: bytes, message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "network.onnx"
    path.write_bytes(content)
    with pytest.raises(ArtifactError, match=message) as caught:
        open_session(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def newer_opset(model: onnx.ModelProto) -> None:
    model.opset_import[0].version = 999


def newer_format(model: onnx.ModelProto) -> None:
    model.ir_version = 99


def unknown_operator(model: onnx.ModelProto) -> None:
    model.graph.node[0].op_type = "Guess"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (newer_opset, r"newer than the installed ONNX Runtime reads: pip install -U onnxruntime$"),
        (newer_format, r"newer than the installed ONNX Runtime reads: pip install -U onnxruntime$"),
        (unknown_operator, "cannot open it: .*Guess"),
    ],
)
def test_a_network_that_this_runtime_cannot_run_is_refused(
    tmp_path: Path, change: Callable[[onnx.ModelProto], None], message: str
) -> None:
    with pytest.raises(ArtifactError, match=message):
        open_session(saved(tmp_path, item_classifier_network(), change))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "network.onnx", tmp_path):
        with pytest.raises(ArtifactError, match="is missing: copy the whole model folder again"):
            open_session(path)


@pytest.mark.parametrize(
    ("inputs", "outputs", "message"),
    [
        (
            {"features": Port("float", (None, 3))},
            PROBABILITIES,
            r"input 'features' is float \(B, 4\), but float \(any, 3",
        ),
        (FEATURES, {"probabilities": Port("float", (None, 6))}, r"output 'probabilities' is float \(B, 5\), but"),
        ({"features": Port("int64", (None, 4))}, PROBABILITIES, "input 'features' is float .*, but int64"),
        ({"features": Port("float", (None, 4, None))}, PROBABILITIES, r"but float \(any, 4, any\) fits the manifest"),
        ({**FEATURES, "offsets": Port("int64", (None,))}, PROBABILITIES, "no input 'offsets' but features"),
        (FEATURES, {"attention": Port("float", (None,))}, "no output 'attention' but probabilities"),
        ({}, PROBABILITIES, "wants an unknown input 'features'"),
    ],
)
def test_a_network_of_other_ports_is_refused(
    tmp_path: Path, inputs: dict[str, Port], outputs: dict[str, Port], message: str
) -> None:
    path = saved(tmp_path, item_classifier_network())
    with pytest.raises(ArtifactError, match=message):
        check_ports(open_session(path), path, inputs, outputs)


def test_an_encoder_must_read_the_pixels_of_its_spec_and_say_how_many_features_it_makes(tmp_path: Path) -> None:
    path = saved(tmp_path, encoder_network(size=32))
    assert OnnxEncoder(path, PreprocessingSpec(size=32)).feature_size == 4
    with pytest.raises(ArtifactError, match=r"input 'pixels' is uint8 \(B, 32, 32, 3\), but uint8 \(any, 64, 64, 3\)"):
        OnnxEncoder(path, PreprocessingSpec(size=64))
    with pytest.raises(ArtifactError, match="wants an unknown input 'features'"):
        OnnxEncoder(saved(tmp_path, interests_network()), PreprocessingSpec(size=32))

    def hide_the_number(model: onnx.ModelProto) -> None:
        model.graph.node[-1].output[0] = "all"
        model.graph.node.append(onnx.helper.make_node("Compress", ["all", "kept"], ["features"], axis=1))
        model.graph.initializer.append(onnx.numpy_helper.from_array(np.array([True, False, True, True]), "kept"))
        model.graph.output[0].type.tensor_type.shape.dim[1].dim_param = "K"

    with pytest.raises(ArtifactError, match="does not say how many features it makes"):
        OnnxEncoder(saved(tmp_path, encoder_network(), hide_the_number), PreprocessingSpec(size=32))
