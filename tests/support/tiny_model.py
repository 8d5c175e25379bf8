"""A complete, valid model folder of a few kilobytes, made without torch, whose answers can be computed by hand.

A photo is 32 x 32 pixels; its K = 4 features are its mean red, green and blue in [0, 1], and 1. One attention block
scores photos by `QUERY`; the head is one linear layer, `WEIGHT` (K, D). So a red photo says "red".
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from visualtaste.artifact.folder import seal
from visualtaste.artifact.manifest import DataReference, EncoderManifest, EpochRecord, TasteManifest
from visualtaste.config import TasteConfig
from visualtaste.features.preprocessing import PreprocessingSpec

SIZE = 32
CATEGORIES = ("colour: red", "colour: green", "colour: blue", "kind: shirt", "kind: lamp")
FEATURES = 4
QUERY = np.array([2.0, -1.0, 0.5, 0.0], dtype=np.float32)
# the last two categories are equal for every photo, so that ties are part of every test
WEIGHT = np.array(
    [
        [6.0, -3.0, -3.0, 1.0, 1.0],
        [-3.0, 6.0, -3.0, 0.5, 0.5],
        [-3.0, -3.0, 6.0, -1.0, -1.0],
        [-1.0, -1.0, -1.0, 0.0, 0.0],
    ],
    dtype=np.float32,
)


def write_tiny_model(folder: Path) -> Path:
    """Write a model folder, as `visualtaste fit` would."""
    manifest = TasteManifest(
        categories=CATEGORIES,
        dropped_categories=("kind: thing",),
        preprocessing=PreprocessingSpec(size=SIZE),
        feature_size=FEATURES,
        config=TasteConfig().updated({"encoder": {"image_size": SIZE}, "interests": {"pooling": "attention"}}),
        data=DataReference(name="tiny", fingerprint="0" * 64),
        history=(
            EpochRecord(stage="encoder, frozen", epoch=0, loss=0.9, validation_loss=0.8, seconds=30),
            EpochRecord(stage="encoder, all", epoch=0, loss=0.7, validation_loss=0.6, seconds=60),
            EpochRecord(stage="interests", epoch=0, loss=0.5, validation_loss=None, seconds=30),
        ),
        category_frequency=(0.5, 0.4, 0.3, 0.2, 0.1),
        metrics={"validation_loss": 0.25},
        created_by="visualtaste 0.1.0",
    )
    _write_networks(folder)
    onnx.save(interests_network(), folder / "interests.onnx")
    seal(folder, manifest)
    return folder


def write_tiny_encoder(folder: Path) -> Path:
    """Write an encoder folder, as `visualtaste fit-encoder` would."""
    config = TasteConfig().updated({"encoder": {"image_size": SIZE}})
    manifest = EncoderManifest(
        categories=CATEGORIES,
        preprocessing=PreprocessingSpec(size=SIZE),
        feature_size=FEATURES,
        seed=0,
        split=config.split,
        encoder=config.encoder,
        data=DataReference(name="tiny", fingerprint="0" * 64),
    )
    _write_networks(folder)
    seal(folder, manifest)
    return folder


def _write_networks(folder: Path) -> None:
    (folder / "encoder").mkdir(parents=True)
    (folder / "encoder" / "config.json").write_text("{}\n")
    onnx.save(encoder_network(), folder / "encoder.onnx")
    onnx.save(item_classifier_network(), folder / "item_classifier.onnx")


def encoder_network(size: int = SIZE, features: int = FEATURES) -> onnx.ModelProto:
    """Mean colour and 1: pixels (B, S, S, 3) -> features (B, K)."""
    projection = np.zeros((3, features), dtype=np.float32)
    projection[:3, :3] = np.eye(3, dtype=np.float32) / 255
    constant = np.zeros(features, dtype=np.float32)
    constant[-1] = 1
    return _model(
        [
            helper.make_node("Cast", ["pixels"], ["colours"], to=TensorProto.FLOAT),
            helper.make_node("ReduceMean", ["colours"], ["means"], axes=[1, 2], keepdims=0),
            helper.make_node("MatMul", ["means", "projection"], ["projected"]),
            helper.make_node("Add", ["projected", "constant"], ["features"]),
        ],
        {"projection": projection, "constant": constant},
        inputs={"pixels": (TensorProto.UINT8, ["B", size, size, 3])},
        outputs={"features": (TensorProto.FLOAT, ["B", features])},
    )


def item_classifier_network(features: int = FEATURES, weight: np.ndarray = WEIGHT) -> onnx.ModelProto:
    """features (B, K) -> probabilities (B, D)."""
    return _model(
        [
            helper.make_node("MatMul", ["features", "weight"], ["logits"]),
            helper.make_node("Sigmoid", ["logits"], ["probabilities"]),
        ],
        {"weight": weight},
        inputs={"features": (TensorProto.FLOAT, ["B", features])},
        outputs={"probabilities": (TensorProto.FLOAT, ["B", weight.shape[1]])},
    )


def interests_network(weight: np.ndarray = WEIGHT, query: np.ndarray = QUERY) -> onnx.ModelProto:
    """features (T, K), offsets (U+1,) -> probabilities (U, D), attention (T,): one attention block, one layer."""
    features, categories = weight.shape
    return _model(
        [
            # membership (T, U): photo t belongs to user u when starts[u] <= t < stops[u]
            helper.make_node("Shape", ["features"], ["shape"]),
            helper.make_node("Slice", ["shape", "zero", "one"], ["photos"]),
            helper.make_node("Squeeze", ["photos"], ["count"]),
            helper.make_node("Range", ["origin", "count", "step"], ["positions"]),
            helper.make_node("Unsqueeze", ["positions", "one"], ["column"]),
            helper.make_node("Slice", ["offsets", "zero", "last"], ["starts"]),
            helper.make_node("Slice", ["offsets", "one", "end"], ["stops"]),
            helper.make_node("GreaterOrEqual", ["column", "starts"], ["after"]),
            helper.make_node("Less", ["column", "stops"], ["before"]),
            helper.make_node("And", ["after", "before"], ["member"]),
            helper.make_node("Cast", ["member"], ["membership"], to=TensorProto.FLOAT),
            # attention: exp(x.q), divided by its sum over the user's photos
            helper.make_node("MatMul", ["features", "query"], ["scores"]),
            helper.make_node("Exp", ["scores"], ["weights"]),
            helper.make_node("Transpose", ["membership"], ["users"], perm=[1, 0]),
            helper.make_node("MatMul", ["users", "weights"], ["sums"]),
            helper.make_node("MatMul", ["membership", "sums"], ["photo_sums"]),
            helper.make_node("Div", ["weights", "photo_sums"], ["shares"]),
            helper.make_node("Squeeze", ["shares", "one"], ["attention"]),
            # pooled (U, K) -> probabilities (U, D)
            helper.make_node("Mul", ["features", "shares"], ["weighted"]),
            helper.make_node("MatMul", ["users", "weighted"], ["pooled"]),
            helper.make_node("MatMul", ["pooled", "weight"], ["logits"]),
            helper.make_node("Sigmoid", ["logits"], ["probabilities"]),
        ],
        {
            "weight": weight,
            "query": query.reshape(-1, 1),
            "zero": np.array([0]),
            "one": np.array([1]),
            "last": np.array([-1]),
            "end": np.array([np.iinfo(np.int64).max]),
            "origin": np.array(0),
            "step": np.array(1),
        },
        inputs={
            "features": (TensorProto.FLOAT, ["T", features]),
            "offsets": (TensorProto.INT64, ["offsets"]),
        },
        outputs={
            "probabilities": (TensorProto.FLOAT, ["U", categories]),
            "attention": (TensorProto.FLOAT, ["T"]),
        },
    )


Ports = dict[str, tuple[int, list[str | int]]]


def _model(
    nodes: list[onnx.NodeProto], constants: dict[str, np.ndarray], *, inputs: Ports, outputs: Ports
) -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(name, *port) for name, port in inputs.items()],
        [helper.make_tensor_value_info(name, *port) for name, port in outputs.items()],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model
