from __future__ import annotations

import numpy as np

from visualtaste.seeding import derive, generator, unit_hash


def test_streams_are_repeatable_and_apart() -> None:
    assert derive(1, "split", 2) == derive(1, "split", 2)
    seeds = {derive(seed, name, number) for seed in range(10) for name in ("a", "b") for number in range(10)}
    assert len(seeds) == 200
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_a_seed_means_the_same_on_every_machine_and_in_every_release() -> None:
    # pinned: splits are recorded by their seed alone
    assert derive(0, "test", "user 1") == 3758861319958712528
    assert generator(0, "x").integers(1000) == generator(0, "x").integers(1000)


def test_hashes_are_even_and_depend_on_seed_and_salt() -> None:
    keys = [f"user {number}" for number in range(4000)]
    hashes = unit_hash(0, "test", keys)
    assert hashes.shape == (4000,)
    assert hashes.min() >= 0
    assert hashes.max() < 1
    counts, _ = np.histogram(hashes, bins=10, range=(0, 1))
    assert np.abs(counts - 400).max() < 100  # 5 standard deviations
    for other in (unit_hash(1, "test", keys), unit_hash(0, "validation", keys)):
        assert abs(np.corrcoef(hashes, other)[0, 1]) < 0.08
    assert unit_hash(0, "test", []).shape == (0,)
