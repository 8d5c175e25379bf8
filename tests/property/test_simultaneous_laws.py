"""Laws of comparing many methods with one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from visualtaste.metrics.simultaneous import simultaneous_differences

DRAWS = 100

# Few distinct values: equal users, equal methods and constant differences are common.
SHARES = st.sampled_from([0.0, 0.25, 0.5, 1.0]) | st.floats(0, 1)


@st.composite
def studies(draw):
    users, methods = draw(st.integers(1, 8)), draw(st.integers(1, 5))
    matrix = draw(npst.arrays(np.float64, (methods + 1, users), elements=SHARES))
    return list(matrix[1:]), matrix[0]


def values(found):
    return np.array([[one.value, one.low, one.high, one.probability, one.p] for one in found])


@given(studies())
@settings(deadline=None)
def test_more_methods_mean_wider_intervals(study):
    samples, reference = study
    before = None
    for count in range(1, len(samples) + 1):
        found = values(simultaneous_differences(samples[:count], reference, 0, DRAWS))
        if before is not None:
            assert (found[:-1, 1] <= before[:, 1] + 1e-9).all()
            assert (found[:-1, 2] >= before[:, 2] - 1e-9).all()
            np.testing.assert_array_equal(found[:-1, 3], before[:, 3])
        before = found
    assert ((found[:, 1] <= found[:, 0]) & (found[:, 0] <= found[:, 2])).all()
    assert ((found[:, 4] > 0) & (found[:, 4] <= 1)).all()


@given(studies(), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_methods_does_not_matter(study, random):
    samples, reference = study
    order = list(range(len(samples)))
    random.shuffle(order)
    found = values(simultaneous_differences(samples, reference, 0, DRAWS))
    shuffled = values(simultaneous_differences([samples[index] for index in order], reference, 0, DRAWS))
    assert shuffled[:, :4] == pytest.approx(found[order][:, :4], abs=1e-9)
