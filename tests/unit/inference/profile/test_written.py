"""The written form: what is not one, is cut off, altered, newer or of another model is refused by name."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.tiny_model import FEATURES
from visualtaste.artifact.folder import read_manifest, seal
from visualtaste.artifact.manifest import TasteManifest
from visualtaste.errors import ProfileError
from visualtaste.inference.profile.profile import Profile
from visualtaste.inference.profile.written import MAGIC
from visualtaste.inference.taste_model import TasteModel

X = np.random.default_rng(0).normal(size=(3, FEATURES))


def averaging(folder: Path, target: Path) -> TasteModel:
    """The tiny model, sealed as if it pooled by averaging."""
    shutil.copytree(folder, target)
    manifest = read_manifest(target, TasteManifest)
    config = manifest.config.updated({"interests": {"pooling": "average"}})
    seal(target, manifest.model_copy(update={"config": config, "files": {}}))
    return TasteModel.load(target)


@pytest.fixture
def model(tiny_model_folder: Path, tmp_path: Path) -> TasteModel:
    return averaging(tiny_model_folder, tmp_path / "model")


@pytest.fixture(params=[True, False], ids=["kept", "dropped"])
def content(request: pytest.FixtureRequest, model: TasteModel) -> bytes:
    profile = model.profile(keep_features=request.param)
    for number, x in enumerate(X):
        profile.add(x, f"photo {number}")
    return profile.to_bytes()


def sealed(content: bytes) -> bytes:
    """The content with a right digest at its end."""
    return content + hashlib.sha256(content).digest()


def edited(content: bytes, **changes: Any) -> bytes:
    """The content with a changed header."""
    length = int.from_bytes(content[12:16], "little")
    header = json.dumps({**json.loads(content[16 : 16 + length]), **changes}).encode()
    return sealed(content[:12] + len(header).to_bytes(4, "little") + header + content[16 + length : -32])


REFUSED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "nothing": (lambda c: b"", "these 0 bytes are no profile"),
    "a photo": (lambda c: b"\xff\xd8\xff" * 50, "150 bytes are no profile"),
    "the first bytes": (lambda c: c[:20], "are no profile, or the beginning of one"),
    "cut off": (lambda c: c[:-1], "its digest differs"),
    "longer": (lambda c: c + b"\0", "its digest differs"),
    "altered": (lambda c: c[:-40] + bytes([c[-40] ^ 1]) + c[-39:], "its digest differs"),
    "newer": (
        lambda c: MAGIC + b"\2\0\0\0" + c[12:],
        "has version 2, this program reads 1: pip install -U visualtaste",
    ),
    "numbers missing": (lambda c: sealed(c[:-34]), "fewer numbers than it should have"),
    "numbers added": (lambda c: sealed(c[:-32] + b"\0\0"), "more numbers than it should have"),
    "more photos than numbers": (lambda c: edited(c, ids=["a", "b", "c", "d"]), "numbers than it should have"),
    "endless": (lambda c: edited(c, feature_size=2**62), "header is foreign: feature_size"),
    "no header": (lambda c: edited(c, ids=7), "header is foreign: ids"),
    "unknown key": (lambda c: edited(c, code="x"), "header is foreign: code"),
    "unsorted": (lambda c: edited(c, ids=["b", "a", "c"]), "ids that are not sorted"),
    "doubled": (lambda c: edited(c, ids=["a", "a", "b"]), "ids that are not sorted"),
    "nothing kept": (lambda c: edited(c, keeps_features=False, weighed=False), "neither features nor sums"),
    "another encoder": (lambda c: edited(c, encoder="0" * 64), "features are of another encoder than that of"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_profile_of_this_model_is_refused(model: TasteModel, content: bytes, case: str) -> None:
    spoil, message = REFUSED[case]
    with pytest.raises(ProfileError, match=message):
        Profile.from_bytes(model, spoil(content))


def test_numbers_that_nobody_wrote_are_refused(model: TasteModel) -> None:
    """The body of one photo's profile: digest 16, weight 8, sums 8 (K + 1), features 2 K bytes."""
    profile = model.profile()
    profile.add(X[0], "a")
    content = profile.to_bytes()[:-32]
    features, sums = 2 * FEATURES, 8 * (FEATURES + 1)
    for at, numbers, message in [
        (-2, np.float16(np.nan).tobytes(), "features that are not finite"),
        (-features - 8, bytes(8), "sums that are not those of its photos"),
        (-features - sums - 4, bytes(4), "weights out of their range"),
    ]:
        spoilt = bytearray(content)
        spoilt[len(content) + at : len(content) + at + len(numbers)] = numbers
        with pytest.raises(ProfileError, match=message):
            Profile.from_bytes(model, sealed(bytes(spoilt)))
    with pytest.raises(ProfileError, match="sums of buckets without photos"):
        Profile.from_bytes(model, edited(content + bytes(32), buckets=[1]))


def test_any_cut_is_refused(model: TasteModel, content: bytes) -> None:
    for length in range(len(content)):
        with pytest.raises(ProfileError):
            Profile.from_bytes(model, content[:length])


def test_interests_trained_anew_take_over_what_keeps_features(
    model: TasteModel, tiny_model_folder: Path, tmp_path: Path, content: bytes
) -> None:
    """Same encoder, other interests: kept features are as good as ever, sums are not."""
    folder = Path(shutil.copytree(tiny_model_folder, tmp_path / "anew"))
    manifest = read_manifest(folder, TasteManifest)
    with (folder / "interests.onnx").open("ab") as stream:  # another doc string: another file of the same network
        stream.write(b"\x32\x03new")
    seal(folder, manifest.model_copy(update={"files": {}}))
    anew = TasteModel.load(folder)
    profile = Profile.from_bytes(model, content)
    if not profile.keeps_features:
        with pytest.raises(ProfileError, match="keeps no features: add the photos again"):
            Profile.from_bytes(anew, content)
        return
    expected = anew.profile()
    for number, x in enumerate(X):
        expected.add(x, f"photo {number}")
    taken = Profile.from_bytes(anew, content)
    assert taken.to_bytes() == expected.to_bytes()
    assert taken.interests() == expected.interests()
    with pytest.raises(ProfileError, match=r"one profile is of .*anew, the other of .*model"):
        taken.merge(profile)
