"""What a network's convolutions read on calibration photos: mean and covariance of the numbers under one kernel."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from visualtaste.export.int8.scaling import FloatNetwork
from visualtaste.features.session import open_session
from visualtaste.progress import Task
from visualtaste.types import Float32, Float64, UInt8

# Kernels over more inputs than this are rounded without: their covariance would not fit the memory.
LARGEST = 2304


@dataclass(frozen=True)
class Convolution:
    """A convolution of the graph: d numbers under one kernel, in each of G groups."""

    node: onnx.NodeProto
    weight: Float32  # (O, d / (h w), h, w)
    groups: int
    strides: tuple[int, int]
    pads: tuple[int, int, int, int]  # top, left, bottom, right

    @property
    def kernel_size(self) -> int:
        return math.prod(self.weight.shape[1:])

    def rows(self, values: Float32) -> Float32:
        """Inputs (B, C, H, W) -> what each position's kernels read (G, B * positions, d)."""
        top, left, bottom, right = self.pads
        padded = np.pad(values, ((0, 0), (0, 0), (top, bottom), (left, right)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, self.weight.shape[2:], axis=(2, 3))
        windows = windows[:, :, :: self.strides[0], :: self.strides[1]]  # (B, C, Y, X, h, w)
        batch, channels, height, width = windows.shape[:4]
        grouped = windows.reshape(batch, self.groups, channels // self.groups, height, width, -1)
        return grouped.transpose(1, 0, 3, 4, 2, 5).reshape(self.groups, batch * height * width, -1)


@dataclass
class Moments:
    """Running sums over the positions of all photos."""

    count: int = 0
    total: Float64 = field(default_factory=lambda: np.zeros(()))  # (G, d)
    products: Float64 = field(default_factory=lambda: np.zeros(()))  # (G, d, d)
    spread: float = 0.0  # between the smallest and the largest number that was read

    def add(self, rows: Float32) -> None:
        """Count the numbers under the kernels, (G, n, d)."""
        self.count += rows.shape[1]
        self.total = self.total + rows.sum(axis=1, dtype=np.float64)
        self.products = self.products + rows.transpose(0, 2, 1) @ rows
        self.spread = max(self.spread, float(rows.max(initial=0) - rows.min(initial=0)))

    @property
    def mean(self) -> Float64:
        """(G, d)"""
        return self.total / self.count

    @property
    def covariance(self) -> Float64:
        """(G, d, d)"""
        mean = self.mean
        return self.products / self.count - mean[:, :, None] * mean[:, None, :]


def convolutions(model: onnx.ModelProto) -> Iterator[Convolution]:
    """The plain two-dimensional convolutions with a constant weight and bias that `Moments` can be taken of."""
    tensors = {tensor.name: tensor for tensor in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type != "Conv" or len(node.input) < 3 or not set(node.input[1:]) <= tensors.keys():
            continue
        weight = numpy_helper.to_array(tensors[node.input[1]])
        options = {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}
        plain = weight.ndim == 4 and options.get("auto_pad", b"NOTSET") == b"NOTSET"
        if not plain or set(options.get("dilations", [1])) != {1}:
            continue
        strides, pads = tuple(options.get("strides", (1, 1))), tuple(options.get("pads", (0, 0, 0, 0)))
        yield Convolution(node, weight, options.get("group", 1), strides, pads)


def input_moments(
    network: FloatNetwork, pixels: UInt8, at_once: int, scratch: Path, task: Task
) -> Mapping[str, Moments]:
    """Moments of what every convolution reads on photos (n, S, S, 3), by the name of its weight.

    `at_once` photos are in memory with what lies between the layers; `scratch` is a folder for a file.
    """
    found = [layer for layer in convolutions(network.model) if layer.kernel_size <= LARGEST]
    names = list(dict.fromkeys(layer.node.input[0] for layer in found))
    session = open_session(_showing(network.model, names, scratch / "showing.onnx"))
    moments = {layer.node.input[1]: Moments() for layer in found}
    for start in range(0, len(pixels), at_once):
        feed = network.feed(pixels[start : start + at_once])
        read: dict[str, NDArray[Any]] = {name: feed[name] for name in names if name in feed}
        shown = [name for name in names if name not in feed]
        if shown:  # asked for nothing, the runtime gives everything
            read |= dict(zip(shown, session.run(shown, feed), strict=True))
        for layer in found:
            moments[layer.node.input[1]].add(layer.rows(read[layer.node.input[0]]))
        task.advance(min(at_once, len(pixels) - start))
    return moments


def _showing(model: onnx.ModelProto, names: list[str], path: Path) -> Path:
    """The network with what lies between its layers as further outputs."""
    shown = onnx.ModelProto()
    shown.CopyFrom(model)
    inputs = {port.name for port in shown.graph.input}
    ports = (helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names if name not in inputs)
    shown.graph.output.extend(ports)
    onnx.save(shown, path)
    return path
