"""How much two networks agree, by cosines computed by hand."""

import numpy as np
import pytest

from visualtaste.export.agreement import Agreement


def rows(*rows):
    return np.array(rows, dtype=np.float32)


def test_the_mean_what_most_reach_and_the_worst():
    found = Agreement.of(rows([1, 0], [1, 1], [3, 4]), rows([2, 0], [1, 0], [4, 3]))  # 1, 0.7071, 0.96
    assert found.photos == 3
    assert found.mean == pytest.approx((1 + 0.5**0.5 + 0.96) / 3)
    assert found.most == found.worst == pytest.approx(0.5**0.5)


def test_what_99_of_100_reach_leaves_out_the_worst_one():
    ours = np.tile(rows([1, 0]), (200, 1))
    theirs = ours.copy()
    theirs[:2] = [0, 1], [1, 1]  # cosines 0 and 0.7071
    found = Agreement.of(ours, theirs)
    assert found.worst == 0
    assert found.most == pytest.approx(0.5**0.5)


@pytest.mark.parametrize(
    ("ours", "theirs", "cosine"), [([0, 0], [0, 0], 1), ([0, 0], [1, 0], 0), ([np.nan, 1], [1, 1], -1)]
)
def test_nothing_agrees_with_nothing_alone_and_nan_with_nothing_at_all(ours, theirs, cosine):
    assert Agreement.of(rows(ours), rows(theirs)).worst == cosine
