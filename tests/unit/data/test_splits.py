from __future__ import annotations

import numpy as np
import pytest

from visualtaste.config import SplitSettings
from visualtaste.data.splits import common_categories, owned_categories, split_users
from visualtaste.errors import DataError
from visualtaste.types import Ragged

USERS = [f"user {number}" for number in range(2000)]


@pytest.mark.parametrize("encoder_only", [0.0, 0.5])
def test_every_user_is_in_exactly_one_part(encoder_only: float) -> None:
    split = split_users(USERS, SplitSettings(encoder_only=encoder_only))
    parts = [split.train, split.validation, split.test, split.encoder_only]
    assert sorted(np.concatenate(parts)) == list(range(len(USERS)))
    others = 0.8 * len(USERS)
    assert len(split.test) == pytest.approx(0.2 * len(USERS), rel=0.15)
    assert len(split.encoder_only) == pytest.approx(encoder_only * others, rel=0.15)
    assert len(split.validation) == pytest.approx(0.15 * (1 - encoder_only) * others, rel=0.25)
    assert split.encoder is (split.encoder_only if encoder_only else split.train)
    assert split.learners.tolist() == sorted([*split.train, *split.encoder_only])


@pytest.mark.parametrize("test", [0.2, 0.1, 1 / 3, 0.07])
def test_folds_test_every_user_once(test: float) -> None:
    folds = int(1 / test + 1e-9)
    tested = np.concatenate([split_users(USERS, SplitSettings(test=test, fold=fold)).test for fold in range(folds)])
    assert len(set(tested)) == len(tested)
    if test in (0.2, 0.1):
        assert len(tested) == len(USERS)


def test_a_users_part_does_not_depend_on_the_other_users() -> None:
    def tested(users: list[str]) -> set[str]:
        return {users[row] for row in split_users(users, SplitSettings()).test}

    assert tested(USERS[:1000][::-1]) == tested(USERS) & set(USERS[:1000])


def test_another_seed_gives_another_split() -> None:
    one, other = (split_users(USERS, SplitSettings(seed=seed)).test for seed in (0, 1))
    assert set(one) != set(other)


def test_too_few_users_are_refused() -> None:
    with pytest.raises(DataError, match=r"the split leaves no .* user among 1 users"):
        split_users(["ann"], SplitSettings())


def test_owned_and_common_categories() -> None:
    categories = Ragged.from_rows([[0], [0, 1], [], [2]])
    users = Ragged.from_rows([[0, 1], [1], [0, 2], []])
    owned = owned_categories(users, categories, 4)
    assert owned.astype(int).tolist() == [[1, 1, 0, 0], [1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]
    assert common_categories(users, categories, 4, max_share=0.5).tolist() == [0]
    assert common_categories(users, categories, 4, max_share=0.49).tolist() == [0, 1]  # exactly half is not more
