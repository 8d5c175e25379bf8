"""Two profiles of one user become one: every photo counts once, exactly, in whatever order devices meet."""

from __future__ import annotations

from collections.abc import Iterable

from visualtaste.errors import ProfileError
from visualtaste.inference.profile.photo import KeptPhoto
from visualtaste.inference.profile.sums import RunningSums

Photos = dict[str, KeptPhoto]


def merge_photos(ours: Photos, theirs: Photos) -> Photos:
    """All photos of both. Of one that both have, the record that comes first in an order all devices agree on.

    So merging is commutative, associative and idempotent, also where two processors encoded a photo a little
    differently. Raises ProfileError when the same id stands for two photos.
    """
    merged = ours | theirs
    for id in sorted(ours.keys() & theirs.keys()):
        if not ours[id].same_photo(theirs[id]):
            kept = ours[id].features is not None and theirs[id].features is not None
            raise ProfileError(
                f"{id!r} is one photo in this profile and another in that: ids must tell photos apart"
                + ("" if kept else ", and where features are dropped, a photo must be encoded in one precision")
            )
        merged[id] = min(ours[id], theirs[id])
    return merged


def change_sums(sums: RunningSums, before: Photos, after: Photos) -> None:
    """Bring the sums of `before` to those of `after`, which has all its ids; new records must have their features."""
    for id, photo in after.items():
        old = before.get(id)
        if old is not None and (old.digest, old.weight) == (photo.digest, photo.weight):
            continue
        assert photo.features is not None
        assert photo.weight is not None
        if old is not None and old.weight is not None:
            # where the old record has dropped its features, it is of the same digest, hence of the same features
            sums.remove(photo.features if old.features is None else old.features, old.weight)
        sums.add(photo.features, photo.weight)


def merge_sums(sums: RunningSums, others: RunningSums, ours: Iterable[str], theirs: Iterable[str]) -> RunningSums:
    """The sums of both, where neither kept features: of profiles that share no photo, or of which one has them all.

    Raises ProfileError otherwise: what the shared photos added to both would have to be taken out once.
    """
    ours, theirs = set(ours), set(theirs)
    if theirs <= ours:
        return sums.copy()
    if ours <= theirs:
        return others.copy()
    if shared := ours & theirs:
        raise ProfileError(
            f"both profiles have {min(shared)!r} ({len(shared)} photos in all) and neither keeps features: to count "
            "them once, remove them from one of the two first"
        )
    merged = sums.copy()
    merged.merge(others)
    return merged
