"""Profiles and feature stores, broken by accident and on purpose: refused by their errors, and nothing else happens."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from support.broken import ACCIDENTS, put
from support.tiny_model import FEATURES
from visualtaste.cli.profile import profile_app
from visualtaste.errors import DataError, ProfileError
from visualtaste.features.store import FeatureStore, StoreInfo
from visualtaste.inference.profile.profile import Profile
from visualtaste.inference.taste_model import TasteModel

INFO = StoreInfo(encoder="e", items="i", rows=4, feature_size=3)

app = typer.Typer()
app.add_typer(profile_app, name="profile")


@pytest.fixture(scope="module")
def model(tiny_model_folder: Path) -> TasteModel:
    return TasteModel.load(tiny_model_folder)


@pytest.fixture(scope="module")
def content(model: TasteModel) -> bytes:
    profile = model.profile()
    for number, features in enumerate(np.random.default_rng(0).normal(size=(3, FEATURES))):
        profile.add(features, f"photo {number}")
    return profile.to_bytes()


@pytest.mark.parametrize("value", [0x00, 0x7F, 0xFF])
def test_any_byte_of_a_profile_may_be_anything(model: TasteModel, content: bytes, value: int) -> None:
    """With a right digest after it: what comes out is a profile that gives an answer, or a ProfileError."""
    faults = []
    for at in range(len(content) - 32):
        spoilt = bytearray(content[:-32])
        spoilt[at] = value
        try:
            profile = Profile.from_bytes(model, bytes(spoilt) + hashlib.sha256(spoilt).digest())
            assert np.isfinite(profile.interests().ranked[0].probability)
        except ProfileError as error:
            faults.append(str(error))
    assert len(faults) > 100
    assert [fault for fault in faults if not fault.isprintable()] == []


@pytest.mark.parametrize("case", ["missing", "empty", "cut off", "one bit altered", "longer", "a folder instead"])
def test_the_command_line_names_the_profile_in_one_line(
    model: TasteModel, content: bytes, tmp_path: Path, case: str
) -> None:
    file = tmp_path / "me.taste"
    file.write_bytes(content)
    ACCIDENTS[case](file)
    result = CliRunner().invoke(app, ["profile", "show", str(model.folder), str(file)])
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {file}")
    assert result.stderr.count("\n") == 1


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store of the test's own, two levels down."""
    folder = tmp_path / "a" / "b" / "store"
    FeatureStore.open(folder, INFO).put(np.array([1]), np.ones((1, 3), dtype=np.float32))
    return folder


@pytest.mark.parametrize("name", ["features.f16", "state.u8"])
@pytest.mark.parametrize("case", ["missing", "empty", "cut off", "longer", "a folder instead", "a pipe instead"])
def test_a_broken_store_says_which_file_and_what_to_do(store: Path, name: str, case: str) -> None:
    ACCIDENTS[case](store / name)
    with pytest.raises(DataError, match="delete the folder and extract again") as caught:
        FeatureStore.open(store, INFO)
    assert str(store / name) in str(caught.value)


MANIFESTS = {
    "empty": b"",
    "cut off": b'{"schema_version": 1, "enc',
    "not UTF-8": b'{"encoder": "\xff\xfe"}',
    "a list": b"[]",
    "deep": b"[" * 100_000,
    "newer": INFO.model_copy(update={"schema_version": 2}).model_dump_json().encode(),
    "endless": INFO.model_copy(update={"rows": 10**30}).model_dump_json().encode(),
    "unknown key": INFO.model_dump_json().encode()[:-1] + b', "code": "x"}',
}


@pytest.mark.parametrize("case", MANIFESTS)
def test_a_manifest_of_another_store_is_refused(store: Path, case: str) -> None:
    put(store / "store.json", MANIFESTS[case])
    with pytest.raises(DataError, match=r"store\.json: .*delete the folder and extract again"):
        FeatureStore.open(store, INFO)


@pytest.mark.parametrize("case", ["a folder instead", "a pipe instead"])
def test_a_manifest_that_is_no_file_is_refused(store: Path, case: str) -> None:
    ACCIDENTS[case](store / "store.json")
    with pytest.raises(DataError, match=r"store\.json .*delete the folder and extract again"):
        FeatureStore.open(store, INFO)


def test_a_state_that_nobody_writes_is_refused(store: Path) -> None:
    """Rows of neither state would never be extracted, and nobody would be told."""
    put(store / "state.u8", bytes([0, 1, 7, 2]))
    with pytest.raises(DataError, match=r"state\.u8 holds 7, not 0 to 2: delete the folder and extract again"):
        FeatureStore.open(store, INFO)


def test_lines_of_failures_that_nobody_wrote_are_no_failures(store: Path) -> None:
    lines = [b'{"row": "x", "item_id": 1, "reason": [], "message": {}}', b"[" * 100_000, b"\xff\xfe", b"7", b"null"]
    put(store / "failures.jsonl", b"\n".join(lines) + b"\n")
    put(store / "state.u8", bytes([2, 2, 2, 2]))
    assert list(FeatureStore.open(store, INFO).failures) == []
