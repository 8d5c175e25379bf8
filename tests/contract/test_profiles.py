"""What every profile promises, checked on all poolings: the batch's answer, whatever happened on the way there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from visualtaste.config import POOLING_TITLES
from visualtaste.errors import ProfileError
from visualtaste.inference.profile.profile import Profile
from visualtaste.inference.taste_model import TasteModel
from visualtaste.types import Ragged

WEIGHED_ALONE = ("average", "attention")
KINDS = [(pooling, True) for pooling in POOLING_TITLES] + [(pooling, False) for pooling in WEIGHED_ALONE]
DEVICES = 3

# the last two count far more, and far less, than the others
PHOTOS = (np.random.default_rng(5).normal(size=(9, 12)) * np.array([[1]] * 7 + [[20], [20]])).astype(np.float16)

steps = st.lists(
    st.tuples(
        st.sampled_from(["add", "remove", "merge"]), st.integers(0, DEVICES - 1), st.integers(0, len(PHOTOS) - 1)
    ),
    max_size=25,
)


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind[0] + ("" if kind[1] else ", features dropped"))
def new(request: pytest.FixtureRequest, pooled_model_folder: Callable[[str], Path]) -> Callable[[], Profile]:
    """Makes empty profiles of one model."""
    pooling, keep_features = request.param
    model = TasteModel.load(pooled_model_folder(pooling))
    return lambda: model.profile(keep_features=keep_features)


def walk(new: Callable[[], Profile], steps: list[tuple[str, int, int]]) -> list[tuple[Profile, set[int]]]:
    """What the steps make of the devices' profiles, and which photos each should have."""
    devices = [(new(), set()) for _ in range(DEVICES)]
    for action, device, photo in steps:
        profile, expected = devices[device]
        if action == "add":
            profile.add(PHOTOS[photo], str(photo))
            expected.add(photo)
        elif action == "remove" and photo in expected:
            profile.remove(str(photo), PHOTOS[photo])
            expected.remove(photo)
        elif action == "merge":
            other, theirs = devices[photo % DEVICES]
            overlap = expected & theirs
            if profile.keeps_features or not overlap or expected <= theirs or theirs <= expected:
                profile.merge(other)
                expected |= theirs
            else:
                with pytest.raises(ProfileError, match="neither keeps features"):
                    profile.merge(other)
    return devices


def fresh(new: Callable[[], Profile], photos: set[int]) -> Profile:
    profile = new()
    for photo in sorted(photos):
        profile.add(PHOTOS[photo], str(photo))
    return profile


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_any_way_to_a_set_of_photos_gives_the_batch_result_and_the_same_bytes(
    new: Callable[[], Profile], steps: list[tuple[str, int, int]]
) -> None:
    for profile, photos in walk(new, steps):
        assert list(profile) == sorted(map(str, photos))
        assert profile.to_bytes() == fresh(new, photos).to_bytes()
        again = Profile.from_bytes(profile.model, profile.to_bytes())
        assert again.to_bytes() == profile.to_bytes()
        if not photos:
            continue
        batch = profile.model.predict(Ragged(PHOTOS[sorted(photos)], np.array([0, len(photos)])))
        found = again.interests()
        probabilities = {interest.category: interest.probability for interest in found}
        np.testing.assert_allclose(
            [probabilities[category] for category in profile.model.categories], batch.probabilities[0], atol=1e-5
        )
        assert [photo.name for photo in found.photos] == sorted(map(str, photos))
        np.testing.assert_allclose([photo.attention for photo in found.photos], batch.attention, atol=1e-5)
        assert found == profile.interests()


def test_adding_twice_and_merging_with_itself_change_nothing(new: Callable[[], Profile]) -> None:
    profile = fresh(new, {0, 1, 2})
    before = profile.to_bytes()
    assert profile.add(PHOTOS[1], "1") == "1"
    profile.merge(profile)
    profile.merge(new())
    assert profile.to_bytes() == before
    empty = new()
    empty.merge(profile)
    assert empty.to_bytes() == before


def test_an_id_of_two_photos_is_refused_and_changes_nothing(new: Callable[[], Profile]) -> None:
    profile, other = fresh(new, {0, 1, 2}), new()
    other.add(PHOTOS[3], "3")
    other.add(PHOTOS[4], "2")
    before = profile.to_bytes()
    with pytest.raises(ProfileError, match="'2' is another photo in this profile"):
        profile.add(PHOTOS[4], "2")
    with pytest.raises(ProfileError, match="'2' is one photo in this profile and another in that"):
        profile.merge(other)
    assert profile.to_bytes() == before


def test_memory_is_what_is_said(new: Callable[[], Profile]) -> None:
    """K = 12: 24 bytes of features a photo where they are kept; sums of 12 + 1 numbers of 8 bytes a bucket."""
    one, two = fresh(new, {0}), fresh(new, {0, 1})
    more = two.nbytes - one.nbytes
    features = 24 if one.keeps_features else 0
    if one.model.photo_score is None:
        assert more == 1 + 16 + features
    else:
        buckets = [len(profile._sums.buckets) for profile in (one, two)]
        assert more == 1 + 16 + 8 + features + (buckets[1] - buckets[0]) * (4 + 13 * 8)
