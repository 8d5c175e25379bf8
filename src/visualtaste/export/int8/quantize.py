"""From encoder.onnx to encoder.int8.onnx, by ONNX Runtime's static quantization."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from visualtaste.export.int8.moments import Moments, convolutions, input_moments
from visualtaste.export.int8.rounding import LEVELS, rounded, steps
from visualtaste.export.int8.scaling import FloatNetwork, replace_tensor, with_pixels, without_scaling
from visualtaste.files import atomic_path
from visualtaste.progress import Task
from visualtaste.types import Float64, UInt8

# Activations are quantized where these read them; Clip and Relu become the ends of an activation's range.
_QUANTIZED = ["Conv", "Clip", "Relu", "MatMul", "Gemm"]

# that are in memory together with what lies between the layers: some 300 MB with MobileNet v1
_PIXELS_AT_ONCE = 8 * 128 * 128

Overrides = dict[str, list[dict[str, Any]]]


def quantize_encoder(source: Path, target: Path, pixels: UInt8, task: Task) -> None:
    """Write the encoder `source` to `target` in 8-bit integers, calibrated on preprocessed photos (n, S, S, 3).

    Weights have 127 levels, each output channel its own step; activations have 256 levels. Ports stay the same.
    The task advances by two a photo.
    """
    at_once = max(1, _PIXELS_AT_ONCE // pixels[0, :, :, 0].size)
    with _scratch() as folder, _quiet():
        simple = folder / "simple.onnx"
        quant_pre_process(source, simple, skip_symbolic_shape=True)
        network = without_scaling(onnx.load(simple))
        overrides = _round_weights(network, input_moments(network, pixels, at_once, folder, task))
        if network.levels:
            scale, zero_point = network.levels
            levels = {"scale": np.array(scale, dtype=np.float32), "zero_point": np.array(zero_point, dtype=np.uint8)}
            overrides[network.input_name] = [{"quant_type": QuantType.QUInt8, **levels}]
        onnx.save(network.model, simple)
        quantize_static(
            simple,
            folder / "quantized.onnx",
            _Photos(network, pixels, at_once, task),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=_QUANTIZED,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            extra_options={
                "TensorQuantOverrides": overrides,
                "MatMulConstBOnly": True,
                "QDQDisableWeightAdjustForInt32Bias": True,  # the steps above are large enough for the biases
            },
        )
        quantized = with_pixels(onnx.load(folder / "quantized.onnx"), network)
    onnx.checker.check_model(quantized)
    with atomic_path(target) as partial:
        onnx.save(quantized, partial)


def _round_weights(network: FloatNetwork, moments: Mapping[str, Moments]) -> Overrides:
    """Round the convolutions' weights in place, let their biases make up for it; returns the steps by weight."""
    tensors = {tensor.name: tensor for tensor in network.model.graph.initializer}
    overrides: Overrides = {}
    for layer in convolutions(network.model):
        _, weight_name, bias_name = layer.node.input
        if weight_name not in moments:
            continue
        read = moments[weight_name]
        bias = numpy_helper.to_array(tensors[bias_name]).astype(np.float64)
        weight = layer.weight.astype(np.float64).reshape(layer.groups, -1, layer.kernel_size)  # (G, O / G, d)
        step = np.maximum(steps(weight), _least_steps(bias, read.spread).reshape(weight.shape[:2]))
        levels = rounded(weight, step, read.covariance) * step[:, :, None]
        lost = np.einsum("god,gd->go", levels - weight, read.mean).reshape(-1)
        replace_tensor(tensors[weight_name], levels.reshape(layer.weight.shape))
        replace_tensor(tensors[bias_name], bias - lost)
        overrides[weight_name] = [
            {
                "quant_type": QuantType.QInt8,
                "axis": 0,
                "scale": np.array(channel, dtype=np.float32),
                "zero_point": np.array(0, dtype=np.int8),
            }
            for channel in step.reshape(-1)
        ]
    return overrides


def _least_steps(bias: Float64, spread: float) -> Float64:
    """The smallest steps with which biases (O,), in steps of weight times activation, still fit 32 bits."""
    activation = max(spread, 1e-6) / 255
    least: Float64 = np.maximum(np.abs(bias) / (activation * 2**30), 1e-9 / LEVELS)
    return least


class _Photos(CalibrationDataReader):  # type: ignore[misc]  # onnxruntime has no type hints
    """Calibration photos, some at a time."""

    def __init__(self, network: FloatNetwork, pixels: UInt8, at_once: int, task: Task) -> None:
        self._network, self._pixels, self._at_once, self._task = network, pixels, at_once, task
        self._start = 0

    def get_next(self) -> dict[str, Any] | None:
        part = self._pixels[self._start : self._start + self._at_once]
        if len(part) == 0:
            return None
        self._start += len(part)
        self._task.advance(len(part))
        return self._network.feed(part)


@contextmanager
def _scratch() -> Iterator[Path]:
    """A folder for what is only in between, often on another disk than the model; that it is full says its name."""
    with TemporaryDirectory(prefix="visualtaste-int8-") as folder:
        try:
            yield Path(folder)
        except OSError as error:
            raise OSError(error.errno, error.strerror, error.filename or folder) from None


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence what the quantizer says about itself, on the root logger; what is wrong arrives as an exception.

    Also what it calls an error: a simplification that failed, after which it goes on with the network as it was.
    """
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        root.setLevel(level)
