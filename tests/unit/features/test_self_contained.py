"""An ONNX file that names another file is found out, wherever in it the tensor is."""

from contextlib import suppress
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from support.tiny_model import encoder_network, interests_network
from visualtaste.errors import ArtifactError
from visualtaste.features.self_contained import LEADS_TO_TENSORS, keeps_its_numbers_inside
from visualtaste.features.session import open_session


def external(location="weights.bin"):
    """A tensor whose numbers are in another file."""
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[3], data_location=TensorProto.EXTERNAL)
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", location
    return tensor


def holding(tensor):
    """Models with the tensor in every place that can have one."""
    sparse = helper.make_sparse_tensor(numpy_helper.from_array(np.ones(1), "v"), tensor, [3])
    graph = helper.make_graph([], "inner", [], [], [tensor])
    for place in ("initializer", "sparse", "training", "function"):
        model = encoder_network()
        if place == "initializer":
            model.graph.initializer.append(tensor)
        elif place == "sparse":
            model.graph.sparse_initializer.append(sparse)
        elif place == "training":
            model.training_info.add().initialization.CopyFrom(graph)
        else:
            model.functions.add().node.append(helper.make_node("Constant", [], ["c"], value=tensor))
        yield place, model
    for name, value in {
        "t": tensor,
        "g": graph,
        "tensors": [tensor],
        "graphs": [graph],
        "sparse_tensor": sparse,
        "sparse_tensors": [sparse],
    }.items():
        model = encoder_network()
        model.graph.node[0].attribute.append(helper.make_attribute(name, value))
        yield name, model


def saved(model, path):
    path.write_bytes(model.SerializeToString())
    return path


def test_a_tensor_in_another_file_is_found_wherever_it_is(tmp_path):
    for place, model in holding(external()):
        assert not keeps_its_numbers_inside(saved(model, tmp_path / "m.onnx")), place
    for place, model in holding(numpy_helper.from_array(np.ones(3, dtype=np.float32), "w")):
        assert keeps_its_numbers_inside(saved(model, tmp_path / "m.onnx")), place


def test_a_location_without_its_mark_and_a_mark_without_its_location_are_enough(tmp_path):
    for cleared in ("data_location", "external_data"):
        tensor = external()
        tensor.ClearField(cleared)
        model = encoder_network()
        model.graph.initializer.append(tensor)
        assert not keeps_its_numbers_inside(saved(model, tmp_path / "m.onnx")), cleared


@pytest.mark.parametrize("location", ["inside.bin", "../outside.bin", "/etc/passwd", "*/_ORT_MEM_ADDR_/*"])
def test_such_a_file_is_never_opened(tmp_path, location):
    (tmp_path / "model").mkdir()
    for path in (tmp_path / "model" / "inside.bin", tmp_path / "outside.bin"):
        path.write_bytes(bytes(64))
    model = encoder_network()
    model.graph.initializer.append(external(location))
    with pytest.raises(ArtifactError, match=r"m\.onnx keeps numbers in another file: it was not written by visual"):
        open_session(saved(model, tmp_path / "model" / "m.onnx"))


def test_every_way_to_a_tensor_is_known():
    """Against ONNX's own description of its format, so that a new way in a new version is noticed."""
    found = {}

    def walk(message):
        if message.name in found:
            return
        found[message.name] = {field.number: field.message_type for field in message.fields if field.message_type}
        for below in found[message.name].values():
            walk(below)

    walk(onnx.ModelProto.DESCRIPTOR)

    def reaches(name, seen=frozenset()):
        return name == "TensorProto" or any(
            below.name not in seen and reaches(below.name, seen | {name}) for below in found[name].values()
        )

    ways = {
        name: {number: below.name for number, below in fields.items() if reaches(below.name)}
        for name, fields in found.items()
        if name != "TensorProto" and reaches(name)
    }
    assert ways == LEADS_TO_TENSORS
    numbers = {field.name: field.number for field in onnx.TensorProto.DESCRIPTOR.fields}
    assert (numbers["external_data"], numbers["data_location"]) == (13, 14)


def test_deeply_nested_messages_are_refused(tmp_path):
    content = b""
    for _ in range(200):  # node in graph, attribute in node, graph in attribute, and so on
        for field in (6, 5, 1):
            content = bytes([field << 3 | 2]) + varint(len(content)) + content
    path = tmp_path / "deep.onnx"
    path.write_bytes(b"\x3a" + varint(len(content)) + content)
    with pytest.raises(ValueError, match="nested too deeply"):
        keeps_its_numbers_inside(path)


def varint(number):
    parts = []
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])


WHOLE = interests_network().SerializeToString()


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.binary(max_size=60), st.integers(0, len(WHOLE) - 1).map(lambda end: WHOLE[:end])))
def test_whatever_bytes_arrive_there_is_an_answer_or_a_value_error(tmp_path_factory, content):
    path = Path(tmp_path_factory.getbasetemp()) / "bytes.onnx"
    path.write_bytes(content)
    with suppress(ValueError):
        assert keeps_its_numbers_inside(path) in (True, False)
