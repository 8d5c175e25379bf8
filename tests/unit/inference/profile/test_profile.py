"""Photos in and out of a profile, by path, bytes and features."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import visualtaste
from support.photos import save_photo
from visualtaste.errors import EmptySetError, ImageError, ProfileError
from visualtaste.inference.profile.intake import photo_id
from visualtaste.inference.profile.profile import Profile
from visualtaste.inference.taste_model import TasteModel

X = np.random.default_rng(1).normal(size=(3, 12))


@pytest.fixture
def model(tiny_model_folder: Path) -> TasteModel:
    return TasteModel.load(tiny_model_folder)


@pytest.fixture(scope="module")
def attentive(pooled_model_folder: Callable[[str], Path]) -> TasteModel:
    return TasteModel.load(pooled_model_folder("attention"))


def test_a_profile_of_photos_answers_as_the_photos_do(model: TasteModel, photos: list[Path]) -> None:
    profile = visualtaste.load(model.folder).profile()
    ids = [profile.add(photos[0]), profile.add(str(photos[1])), profile.add(photos[2].read_bytes())]
    assert ids == [hashlib.sha256(photo.read_bytes()).hexdigest()[:32] for photo in photos]
    assert ids == [photo_id(photo) for photo in photos]
    assert isinstance(profile, visualtaste.Profile)
    assert len(profile) == 3
    assert ids[0] in profile
    batch, found = model.interests(photos), profile.interests()
    assert [i.category for i in found] == [i.category for i in batch]
    np.testing.assert_allclose([i.probability for i in found], [i.probability for i in batch], atol=1e-6)
    shares = dict(zip(ids, (photo.attention for photo in batch.photos), strict=True))
    assert {photo.name: photo.attention for photo in found.photos} == pytest.approx(shares, abs=1e-6)

    profile.remove(ids[0])
    assert ids[0] not in profile
    assert [i.category for i in profile.interests()] == [i.category for i in model.interests(photos[1:])]


def test_the_same_photo_under_another_name_counts_once(model: TasteModel, photos: list[Path], tmp_path: Path) -> None:
    profile = model.profile()
    profile.add(photos[0])
    (tmp_path / "copy.png").write_bytes(photos[0].read_bytes())
    profile.add(tmp_path / "copy.png")
    assert len(profile) == 1


def test_features_are_those_of_a_feature_store(model: TasteModel, tmp_path: Path) -> None:
    """Float16, in a profile as in `interests`: all three ways give one answer."""
    photo = save_photo(tmp_path / "grey.png", (123, 45, 67))
    rounded = model.encode([photo]).astype(np.float16)
    profile = model.profile()
    profile.add(photo)
    np.testing.assert_array_equal(profile.features(), rounded.astype(np.float32))
    stored = model.profile()
    stored.add(rounded[0], photo_id(photo))
    assert stored.to_bytes() == profile.to_bytes()
    assert profile.interests().ranked == model.interests([photo]).ranked


def test_an_empty_profile_has_no_interests(model: TasteModel) -> None:
    profile = model.profile()
    assert (len(profile), list(profile), profile.nbytes) == (0, [], 0)
    assert profile.features().shape == (0, 4)
    with pytest.raises(EmptySetError, match="no photos yet"):
        profile.interests()


def test_what_cannot_be_added_is_refused_and_changes_nothing(model: TasteModel, tmp_path: Path) -> None:
    profile = model.profile()
    with pytest.raises(ImageError, match=r"missing\.jpg: no such file"):
        profile.add(tmp_path / "missing.jpg")
    with pytest.raises(ProfileError, match=r"must be \(4,\), not \(5,\)"):
        profile.add(np.zeros(5))
    for endless in (np.nan, np.inf, 1e6):
        with pytest.raises(ProfileError, match="finite and fit float16"):
            profile.add(np.array([endless, 0, 0, 0]))
    for id in ("", "a\nb", "\udcff", 7):
        with pytest.raises(ProfileError, match="a photo's id is text"):
            profile.add(np.zeros(4), id)  # type: ignore[arg-type]
    with pytest.raises(ProfileError, match="the profile of 0 photos has none with the id 'x'"):
        profile.remove("x")
    assert profile.to_bytes() == model.profile().to_bytes()


def test_zero_has_no_sign(model: TasteModel) -> None:
    profile = model.profile()
    assert profile.add(np.array([0.0, 1, 2, 3])) == profile.add(np.array([-0.0, 1, 2, 3]))
    assert len(profile) == 1


def test_without_features_the_photo_is_needed_again_and_must_be_the_same(attentive: TasteModel) -> None:
    profile = attentive.profile(keep_features=False)
    before = profile.to_bytes()
    profile.add(X[0], "a")
    with pytest.raises(ProfileError, match="keeps no features: to remove 'a', give the photo"):
        profile.remove("a")
    with pytest.raises(ProfileError, match="other features than the one that was added as 'a'"):
        profile.remove("a", X[1])
    with pytest.raises(ProfileError, match="dropped the features"):
        profile.features()
    profile.remove("a", X[0])
    assert profile.to_bytes() == before


def test_only_what_weighs_photos_alone_can_drop_features(
    model: TasteModel, pooled_model_folder: Callable[[str], Path]
) -> None:
    with pytest.raises(ProfileError, match=r"pools by attention2, .* must keep features"):
        TasteModel.load(pooled_model_folder("attention2")).profile(keep_features=False)
    assert model.photo_score is None  # attention, but a folder without weights: features do as well
    with pytest.raises(ProfileError, match="must keep features"):
        model.profile(keep_features=False)


def test_two_processors_may_encode_a_photo_a_little_differently(attentive: TasteModel) -> None:
    """The devices agree on one of the two, whoever merges into whom."""
    here, there = attentive.profile(), attentive.profile()
    here.add(X[0], "a")
    there.add(X[0] + 0.002, "a")
    there.add(X[1], "b")
    left, right = (Profile.from_bytes(attentive, each.to_bytes()) for each in (here, there))
    left.merge(there)
    right.merge(here)
    assert left.to_bytes() == right.to_bytes()
    assert list(left) == ["a", "b"]
    only = attentive.profile()
    only.merge(left)
    assert only.to_bytes() == left.to_bytes()


@pytest.fixture
def int8(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From its call on, photos are encoded in another precision, which makes other features of them."""
    encode = TasteModel.encode

    def near(model: TasteModel, photos: list[Path]) -> np.ndarray:
        return encode(model, photos) + np.float32(0.01)

    return lambda: monkeypatch.setattr(TasteModel, "encode", near)


@pytest.mark.parametrize("keep_features", [True, False])
def test_a_photo_in_another_precision_is_still_the_same_photo(
    attentive: TasteModel, photos: list[Path], int8: Callable[[], None], keep_features: bool
) -> None:
    profile = attentive.profile(keep_features=keep_features)
    id = profile.add(photos[0])
    before = profile.to_bytes()
    int8()
    assert profile.add(photos[0]) == id
    assert profile.to_bytes() == before


def test_without_features_a_photo_in_another_precision_is_refused_with_the_reason(
    attentive: TasteModel, photos: list[Path], int8: Callable[[], None]
) -> None:
    here, there = (attentive.profile(keep_features=False) for _ in range(2))
    id = here.add(photos[0])
    int8()
    there.add(photos[0])
    with pytest.raises(ProfileError, match="or was encoded in another precision"):
        here.remove(id, photos[0])
    with pytest.raises(ProfileError, match="where features are dropped, a photo must be encoded in one precision"):
        here.merge(there)
    assert len(here) == 1


def test_a_profile_without_features_takes_in_one_with_them(attentive: TasteModel) -> None:
    kept, dropped, whole = (
        attentive.profile(),
        attentive.profile(keep_features=False),
        attentive.profile(keep_features=False),
    )
    kept.add(X[0], "a")
    kept.add(X[1], "b")
    dropped.add(X[1], "b")
    dropped.add(X[2], "c")
    for id, x in zip("abc", X, strict=True):
        whole.add(x, id)
    with pytest.raises(ProfileError, match="merge into the other instead"):
        kept.merge(dropped)
    dropped.merge(kept)
    assert dropped.to_bytes() == whole.to_bytes()
    assert len(kept) == 2


def test_the_sums_are_a_fraction_of_the_features(attentive: TasteModel) -> None:
    """What dropping them is for: with many photos only ids and digests grow."""
    kept, dropped = attentive.profile(), attentive.profile(keep_features=False)
    for number in range(50):
        x = X[number % 3] / 100 + number / 10_000
        kept.add(x, f"{number:02}")
        dropped.add(x, f"{number:02}")
    assert kept.nbytes - dropped.nbytes == 50 * 2 * 12
    assert kept.interests().ranked == dropped.interests().ranked
