"""The scaling of pixels moved into the first convolution, so that the integers of a photo are its first operands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from visualtaste.types import UInt8

_SCALED = "scaled_pixels"
# what `Encoder.forward` becomes: channels first, float, / 255, - mean, / std
_CHAIN = ("Transpose", "Cast", "Div", "Sub", "Div", "Conv")


@dataclass(frozen=True, eq=False)
class FloatNetwork:
    """The network to quantize, and how pixels (B, S, S, 3) uint8 become its one input.

    With `levels`, (scale, zero point), the input is (B, 3, S, S) float32, scale * (pixel - zero point): numbers that
    eight bits hold exactly. Without, the network could not be changed, and its input is the pixels.
    """

    model: onnx.ModelProto
    pixels: onnx.ValueInfoProto  # the input port that the file has in the end
    levels: tuple[float, int] | None

    @property
    def input_name(self) -> str:
        return str(self.model.graph.input[0].name)

    def feed(self, pixels: UInt8) -> dict[str, NDArray[np.generic]]:
        """What the network is run on."""
        if self.levels is None:
            return {self.input_name: pixels}
        scale, zero_point = self.levels
        channels_first = np.ascontiguousarray(pixels.transpose(0, 3, 1, 2), dtype=np.float32)
        return {self.input_name: np.float32(scale) * (channels_first - np.float32(zero_point))}


def without_scaling(model: onnx.ModelProto) -> FloatNetwork:
    """The network with (pixel / 255 - mean) / std folded into the weights and bias of its first convolution.

    The convolution pads with zeros, which now stand for the zero point and no longer for the mean: at the border of
    a photo that differs by half a level of 255 where all channels have one mean. In a network that does not begin so,
    pixels stay the input. Convolutions without a bias get one of zeros, for what rounding takes from their mean.
    """
    graph = model.graph
    _give_biases(graph)
    pixels = onnx.ValueInfoProto()
    pixels.CopyFrom(graph.input[0])
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    chain = _chain(graph, [node for node in graph.node if pixels.name in node.input])
    if chain is None or any(name not in tensors for node in chain[2:5] for name in node.input[1:]):
        return FloatNetwork(model, pixels, None)
    divisor, mean, std = (numpy_helper.to_array(tensors[node.input[1]]).astype(np.float64) for node in chain[2:5])
    convolution = chain[-1]
    weight = numpy_helper.to_array(tensors[convolution.input[1]]).astype(np.float64)  # (O, 3, h, w)
    if divisor.size != 1 or {mean.size, std.size} - {1, weight.shape[1]}:
        return FloatNetwork(model, pixels, None)
    mean, std = (np.broadcast_to(value.reshape(-1), (weight.shape[1],)) for value in (mean, std))
    scale, zero_point = 1 / float(divisor), round(float(mean.mean() * divisor))
    weight = weight / std[None, :, None, None]
    shift = (zero_point * scale - mean)[None, :, None, None]
    bias = numpy_helper.to_array(tensors[convolution.input[2]]) + (weight * shift).sum((1, 2, 3))
    replace_tensor(tensors[convolution.input[1]], weight)
    replace_tensor(tensors[convolution.input[2]], bias)

    for node in chain[:5]:
        graph.node.remove(node)
    used = {name for node in graph.node for name in node.input}
    for name in {name for node in chain[2:5] for name in node.input[1:]} - used:
        graph.initializer.remove(tensors[name])
    _rename(graph, pixels.name, _SCALED)  # the shape of the input is asked for elsewhere, too
    convolution.input[0] = _SCALED
    batch, height, width, channels = pixels.type.tensor_type.shape.dim
    shape = [batch.dim_param or batch.dim_value, channels.dim_value, height.dim_value, width.dim_value]
    graph.ClearField("input")
    graph.input.append(helper.make_tensor_value_info(_SCALED, TensorProto.FLOAT, shape))
    return FloatNetwork(model, pixels, (scale, zero_point))


def with_pixels(quantized: onnx.ModelProto, network: FloatNetwork) -> onnx.ModelProto:
    """The quantized network with its original port again: pixels are the integers of its input as they are."""
    if network.levels is None:
        return quantized
    graph = quantized.graph
    entry = next(node for node in graph.node if node.op_type == "QuantizeLinear" and node.input[0] == _SCALED)
    integers = entry.output[0]
    graph.node.remove(entry)
    _rename(graph, _SCALED, network.pixels.name)
    graph.node.insert(0, helper.make_node("Transpose", [network.pixels.name], [integers], perm=[0, 3, 1, 2]))
    graph.ClearField("input")
    graph.input.append(network.pixels)
    return quantized


def replace_tensor(tensor: onnx.TensorProto, value: NDArray[np.generic]) -> None:
    """Give an initializer another value, as float32."""
    tensor.CopyFrom(numpy_helper.from_array(np.asarray(value, dtype=np.float32), tensor.name))


def _chain(graph: onnx.GraphProto, first: Sequence[onnx.NodeProto]) -> list[onnx.NodeProto] | None:
    """The nodes of `_CHAIN`, each the only user of what comes before it; None when the network begins otherwise."""
    users = [node for node in first if node.op_type == _CHAIN[0]]
    chain: list[onnx.NodeProto] = []
    for kind in _CHAIN:
        if len(users) != 1 or users[0].op_type != kind or (chain and users[0].input[0] != chain[-1].output[0]):
            return None
        chain.append(users[0])
        users = [node for node in graph.node if chain[-1].output[0] in node.input]
    return chain


def _give_biases(graph: onnx.GraphProto) -> None:
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "Conv" and len(node.input) == 2 and node.input[1] in tensors:
            name = f"{node.output[0]}_bias"
            zeros = np.zeros(tensors[node.input[1]].dims[0], dtype=np.float32)
            graph.initializer.append(numpy_helper.from_array(zeros, name))
            node.input.append(name)


def _rename(graph: onnx.GraphProto, old: str, new: str) -> None:
    for node in graph.node:
        for position, name in enumerate(node.input):
            if name == old:
                node.input[position] = new
