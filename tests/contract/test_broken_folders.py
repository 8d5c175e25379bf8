"""Models, encoders and item indexes, broken by accident and on purpose: refused by file, fault and remedy.

Accidents leave the digests wrong. An attacker makes a whole folder, whose digests are right.
"""

import json
import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnx
import pytest
import typer
from onnx import TensorProto, helper
from typer.testing import CliRunner

from support.broken import ACCIDENTS, MANIFESTS, linked_copy, put, seal_by_hand
from support.tiny_model import encoder_network, interests_network, item_classifier_network
from visualtaste.artifact.folder import read_manifest
from visualtaste.artifact.manifest import EncoderManifest, TasteManifest
from visualtaste.cli.interests import interests
from visualtaste.cli.recommend import recommend
from visualtaste.errors import ArtifactError
from visualtaste.inference.taste_model import TasteModel
from visualtaste.recommend.manifest import ARRAYS
from visualtaste.recommend.recommender import Recommender

REMEDY = re.compile(
    r"copy the |put the file itself there|move it out|do not use|pip install -U|`visualtaste \w|"
    r"not written by visualtaste|belongs to another"
)

app = typer.Typer()
app.command()(recommend)
app.command()(interests)


class Kind(NamedTuple):
    """A kind of folder: its manifest, and what reads it."""

    manifest: str
    read: Callable[[Path], Any]


KINDS = {
    "model": Kind("taste.json", TasteModel.load),
    "encoder": Kind("encoder.json", lambda folder: read_manifest(folder, EncoderManifest)),
    "items": Kind("items/items.json", Recommender.load),
}
FILES = {
    "model": ["encoder.onnx", "encoder/config.json", "interests.onnx", "item_classifier.onnx"],
    "encoder": ["encoder.onnx", "encoder/config.json", "item_classifier.onnx"],
    "items": [f"items/{name}.npy" for name in ARRAYS],
}


@pytest.fixture
def folders(indexed_model_folder: Path, tiny_encoder_folder: Path, tmp_path: Path) -> Callable[[str], Path]:
    """A folder of a kind, of the test's own, two levels down."""

    def copy(kind: str) -> Path:
        source = tiny_encoder_folder if kind == "encoder" else indexed_model_folder
        return linked_copy(source, tmp_path / "a" / "b")

    return copy


def refusal(read: Callable[[Path], Any], folder: Path, *, file: str | None = None) -> str:
    """What the refusal says, after checking that it says everything."""
    with pytest.raises(ArtifactError) as caught:
        read(folder)
    message = str(caught.value)
    assert str(folder / (file or "")) in message
    assert REMEDY.search(message), message
    assert message.isprintable(), message
    assert len(message) < 600
    return message


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in FILES.items() for name in names])
def test_any_accident_to_any_file_is_found_and_the_file_is_named(
    folders: Callable[[str], Path], tmp_path: Path, kind: str, name: str
) -> None:
    whole = folders(kind)
    for accident, spoil in ACCIDENTS.items():
        folder = linked_copy(whole, tmp_path / accident / "model")
        spoil(folder / name)
        assert str(folder / name) in refusal(KINDS[kind].read, folder), accident


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", MANIFESTS)
def test_a_manifest_that_is_none_of_ours_is_refused(folders: Callable[[str], Path], kind: str, case: str) -> None:
    spoil, fault = MANIFESTS[case]
    folder = folders(kind)
    spoil(folder / KINDS[kind].manifest)
    assert re.search(fault, refusal(KINDS[kind].read, folder))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("accident", ["missing", "a folder instead", "a pipe instead", "linked out"])
def test_a_manifest_that_is_no_file_is_refused(folders: Callable[[str], Path], kind: str, accident: str) -> None:
    folder = folders(kind)
    ACCIDENTS[accident](folder / KINDS[kind].manifest)
    refusal(KINDS[kind].read, folder)


def test_the_file_of_another_model_is_refused(folders: Callable[[str], Path], photos: list[Path]) -> None:
    folder = folders("model")
    other = interests_network(np.zeros((7, 5), dtype=np.float32), np.zeros(7, dtype=np.float32))
    put(folder / "interests.onnx", other.SerializeToString())
    assert "interests.onnx is not what was written" in refusal(TasteModel.load, folder)
    seal_by_hand(folder / "taste.json")
    assert "was made with another model" in refusal(Recommender.load, folder)
    said = refusal(lambda model: TasteModel.load(model).interests(photos), folder, file="interests.onnx")
    assert "input 'features' is float (T, 7), but float (any, 4) fits" in said


def external(network: onnx.ModelProto, location: str) -> bytes:
    """The network, with a tensor whose numbers are elsewhere."""
    tensor = network.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=location)
    return network.SerializeToString()


def with_a_custom_operator(network: onnx.ModelProto) -> bytes:
    network.graph.node.append(helper.make_node("RunThis", [], ["run"], domain="evil.so"))
    network.opset_import.append(helper.make_opsetid("evil.so", 1))
    return network.SerializeToString()


NETWORKS = {
    "encoder.onnx": (encoder_network, lambda model, photo: model.encode([photo])),
    "interests.onnx": (interests_network, lambda model, photo: model.interests([photo])),
    "item_classifier.onnx": (
        item_classifier_network,
        lambda model, photo: model.item_probabilities(np.zeros((1, 4), dtype=np.float32)),
    ),
}
HOSTILE_NETWORKS: dict[str, tuple[Callable[[Any], bytes], str]] = {
    "numbers above": (lambda network: external(network, "../../secret"), "keeps numbers in another file"),
    "numbers anywhere": (lambda network: external(network, "/etc/passwd"), "keeps numbers in another file"),
    "numbers beside": (lambda network: external(network, "README.txt"), "keeps numbers in another file"),
    "numbers in memory": (lambda network: external(network, "*/_ORT_MEM_ADDR_/*"), "keeps numbers in another file"),
    "custom operator": (with_a_custom_operator, "ONNX Runtime cannot open it"),
    "no network": (lambda _: b"\x80\x04cposix\nsystem\n.", "ONNX Runtime cannot open it"),
    "nothing": (lambda _: b"", "ONNX Runtime cannot open it"),
    "another network": (lambda _: encoder_network(64, 7).SerializeToString(), "another model|was not written by"),
}


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("case", HOSTILE_NETWORKS)
def test_a_network_with_a_right_digest_reads_no_other_file(
    folders: Callable[[str], Path], photos: list[Path], case: str, name: str
) -> None:
    make, fault = HOSTILE_NETWORKS[case]
    network, use = NETWORKS[name]
    folder = folders("model")
    put(folder / name, make(network()))
    (folder / "README.txt").write_bytes(bytes(4096))
    seal_by_hand(folder / "taste.json")
    model = TasteModel.load(folder)
    assert re.search(fault, refusal(lambda _: use(model, photos[0]), folder, file=name))


@pytest.mark.parametrize("name", ["pytorch_model.bin", "modeling.py", "weights.pt", "deep/custom_code.py", "config"])
@pytest.mark.parametrize("kind", ["model", "encoder"])
def test_what_could_run_is_refused_in_the_folder_that_transformers_opens(
    folders: Callable[[str], Path], kind: str, name: str
) -> None:
    folder = folders(kind)
    path = folder / "encoder" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"\x80\x04cposix\nsystem\n.")
    seal_by_hand(folder / KINDS[kind].manifest, added=f"encoder/{name}")
    assert "may hold code that runs" in refusal(KINDS[kind].read, folder, file=f"encoder/{name}")


def npy(header: str, body: bytes = b"") -> bytes:
    """A NumPy file with a header of one's own."""
    padded = header.encode("latin-1") + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(padded)) + padded + body


HOSTILE_ARRAYS = {
    "pickled": npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", b"\x80\x04cposix\nsystem\n."),
    "code for a header": npy("__import__('os').system('true')"),
    "endless": npy("{'descr': '<i8', 'fortran_order': False, 'shape': (4611686018427387904, 8), }"),
    "below zero": npy("{'descr': '<i8', 'fortran_order': False, 'shape': (-1,), }", bytes(64)),
    "overflowing": npy("{'descr': '<i8', 'fortran_order': False, 'shape': (99999999999999999999999,), }"),
    "true": npy("{'descr': '<i8', 'fortran_order': False, 'shape': (True,), }", bytes(64)),
    "nested kinds": npy("{'descr': [('a', [('b', '<i8')])], 'fortran_order': False, 'shape': (1,), }", bytes(64)),
    "deep": npy("{'descr': " + "[" * 3000 + "]" * 3000 + ", 'fortran_order': False, 'shape': (1,), }"),
    "text": b"hello",
    "nothing": b"",
}


@pytest.mark.parametrize("case", HOSTILE_ARRAYS)
def test_an_array_with_a_right_digest_runs_nothing(folders: Callable[[str], Path], case: str) -> None:
    folder = folders("items")
    for name in ("title_bytes", "products", "base"):
        put(folder / "items" / f"{name}.npy", HOSTILE_ARRAYS[case])
        seal_by_hand(folder / "items" / "items.json")
        refusal(Recommender.load, folder)


def test_names_that_are_no_text_are_shown_as_what_they_are(folders: Callable[[str], Path], photos: list[Path]) -> None:
    folder = folders("items")
    for name in ("id_bytes", "title_bytes"):
        array = np.load(folder / "items" / f"{name}.npy")
        (folder / "items" / f"{name}.npy").unlink()
        np.save(folder / "items" / f"{name}.npy", np.full_like(array, 0xFF))
    seal_by_hand(folder / "items" / "items.json")
    result = CliRunner().invoke(app, ["recommend", str(folder), str(photos[0]), "--variants"])
    assert result.exit_code == 0, result.output
    assert "\N{REPLACEMENT CHARACTER}" in result.stdout


HOSTILE_WEIGHTS = {
    "no header": b"",
    "endless header": (2**63).to_bytes(8, "little") + b"{}",
    "no JSON": (4).to_bytes(8, "little") + b"\x80\x04c.",
    "a list": (2).to_bytes(8, "little") + b"[]",
    "deep": (100_000).to_bytes(8, "little") + b"[" * 100_000,
    "outside": json.dumps({"pooling.query": {"dtype": "F32", "shape": [4], "data_offsets": [0, 10**9]}}).encode(),
    "infinite": b'{"pooling.query": {"dtype": "F32", "shape": [1e999], "data_offsets": [0, 16]}}',
    "below zero": b'{"pooling.query": {"dtype": "F32", "shape": [-4, -1], "data_offsets": [0, 16]}}',
}


@pytest.mark.parametrize("case", HOSTILE_WEIGHTS)
def test_weights_with_a_right_digest_are_read_as_numbers_or_not_at_all(
    folders: Callable[[str], Path], case: str
) -> None:
    folder, content = folders("model"), HOSTILE_WEIGHTS[case]
    prefix = len(content).to_bytes(8, "little") if content.startswith(b"{") else b""
    (folder / "interests.safetensors").write_bytes(prefix + content)
    seal_by_hand(folder / "taste.json", added="interests.safetensors")
    model = TasteModel.load(folder)
    with pytest.raises(ArtifactError, match=r"interests\.safetensors is no safetensors file"):
        model.profile()


@pytest.mark.parametrize("accident", ACCIDENTS)
@pytest.mark.parametrize("command", ["recommend", "interests"])
def test_the_command_line_says_it_in_one_line(
    folders: Callable[[str], Path], photos: list[Path], command: str, accident: str
) -> None:
    folder = folders("items")
    name = "items/vectors.npy" if command == "recommend" else "encoder.onnx"
    ACCIDENTS[accident](folder / name)
    result = CliRunner().invoke(app, [command, str(folder), str(photos[0])])
    assert result.exit_code == 2
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    assert str(folder / name) in result.stderr


def test_the_folders_were_whole_before(folders: Callable[[str], Path], photos: list[Path]) -> None:
    folder = folders("items")
    before = read_manifest(folder, TasteManifest)
    seal_by_hand(folder / "taste.json")
    seal_by_hand(folder / "items" / "items.json")
    assert read_manifest(folder, TasteManifest) == before
    assert len(Recommender.load(folder).recommend(photos, k=3).items) == 3
