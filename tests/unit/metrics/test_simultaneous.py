import numpy as np
import pytest

from visualtaste.errors import DataError
from visualtaste.metrics.intervals import resampled_means
from visualtaste.metrics.simultaneous import SimultaneousDifference, simultaneous_differences


def study(seed=0, users=80, methods=5, lead=0.0):
    """F1-like values of a reference and of methods that differ from it by chance and by `lead`."""
    random = np.random.default_rng(seed)
    reference = random.random(users)
    return [reference + lead + random.normal(scale=0.1, size=users) for _ in range(methods)], reference


def test_three_users_by_the_book():
    """The definition, one draw after the other in plain Python."""
    samples, reference = [np.array([0.5, 0.9, 0.4]), np.array([0.1, 0.85, 0.6])], np.array([0.2, 0.6, 0.5])
    draws = 50
    gaps = [sample - reference for sample in samples]
    values = [sum(gap) / 3 for gap in gaps]
    means = [column.ravel().tolist() for column in resampled_means([gap[:, None] for gap in gaps], 3, draws)]
    errors = [(sum((m - sum(mean) / draws) ** 2 for m in mean) / draws) ** 0.5 for mean in means]
    worst = [max(abs(means[i][draw] - values[i]) / errors[i] for i in (0, 1)) for draw in range(draws)]
    lower, upper = sorted(worst)[46:48]
    reach = lower + 0.55 * (upper - lower)  # 0.95 of the way from the first (0) to the last (49) is 46.55

    found = simultaneous_differences(samples, reference, seed=3, draws=draws)
    for i, one in enumerate(found):
        assert one.value == pytest.approx(values[i])
        assert (one.low, one.high) == pytest.approx((values[i] - reach * errors[i], values[i] + reach * errors[i]))
        assert one.probability == pytest.approx(sum(m > 0 for m in means[i]) / draws)
        assert one.p == (1 + sum(stray >= abs(values[i]) / errors[i] for stray in worst)) / (1 + draws)


def test_a_method_that_equals_the_reference_is_no_better_and_no_worse():
    samples, reference = study()
    found = simultaneous_differences([*samples, reference.copy()], reference, seed=0)
    assert found[-1] == SimultaneousDifference(0, 0, 0, probability=0.5, p=1)
    for beside, alone in zip(found, simultaneous_differences(samples, reference, seed=0), strict=False):
        assert beside.p == alone.p
        assert beside.low == pytest.approx(alone.low)


def test_rounding_is_no_difference():
    """Means over seeds of equal values may differ from the value behind the 16th digit."""
    samples, reference = study()
    beside = [*samples, reference + 1e-16 * np.arange(80)]
    found = simultaneous_differences(beside, reference, seed=0)
    assert found[-1] == SimultaneousDifference(0, 0, 0, probability=0.5, p=1)
    assert found[0].p == simultaneous_differences(samples, reference, seed=0)[0].p


def test_the_same_lead_for_everyone_leaves_no_doubt():
    samples, reference = study()
    ahead, behind = simultaneous_differences([*samples, reference + 0.1, reference - 0.1], reference, 0, draws=999)[-2:]
    assert ahead.low == ahead.value == ahead.high == pytest.approx(0.1)
    assert (ahead.probability, behind.probability) == (1, 0)
    assert ahead.p == behind.p == 1 / 1000


def test_draws_without_spread_divide_by_nothing():
    samples, reference = study(users=2)
    assert all(
        np.isfinite([one.low, one.high, one.p]).all() for one in simultaneous_differences(samples, reference, 0, 1)
    )


def test_a_single_method_has_the_interval_and_the_p_of_the_plain_bootstrap():
    samples, reference = study(lead=0.02, methods=1)
    (found,) = simultaneous_differences(samples, reference, seed=0, draws=4000)
    means = resampled_means([(samples[0] - reference)[:, None]], seed=0, draws=4000)[0].ravel()
    low, high = np.quantile(means, [0.025, 0.975])
    width = high - low
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.05 * width)
    assert found.probability == (means > 0).mean()
    assert found.p == pytest.approx(2 * (means <= 0).mean(), abs=0.02)
    assert 0.02 < found.p < 0.5  # else nothing is compared


def test_the_chance_of_one_false_alarm_is_kept_at_one_in_twenty():
    """200 studies in which no method differs: in about 10 of them some interval leaves out 0, not in 40 %."""
    found = [simultaneous_differences(*study(seed, users=60, methods=10), seed=seed, draws=400) for seed in range(200)]
    alarms = np.mean([any(one.low > 0 or one.high < 0 for one in study) for study in found])
    smallest = np.mean([min(one.p for one in study) <= 0.05 for study in found])
    alone = np.mean(
        [
            any(abs(np.mean(s - reference)) > 1.96 * np.std(s - reference) / np.sqrt(60) for s in samples)
            for samples, reference in (study(seed, users=60, methods=10) for seed in range(200))
        ]
    )
    assert 0.02 <= alarms <= 0.1
    assert 0.02 <= smallest <= 0.1
    assert alone > 0.3


def test_the_order_of_methods_does_not_matter():
    samples, reference = study(lead=0.01)
    found = simultaneous_differences(samples, reference, seed=0)
    turned = simultaneous_differences(samples[::-1], reference, seed=0)[::-1]
    for one, other in zip(found, turned, strict=True):
        assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high))
        assert (one.probability, one.p) == (other.probability, other.p)


def test_more_methods_mean_larger_p():
    samples, reference = study(lead=0.01)
    alone = [simultaneous_differences([sample], reference, seed=0)[0] for sample in samples]
    together = simultaneous_differences(samples, reference, seed=0)
    assert all(one.p < other.p for one, other in zip(alone, together, strict=True))
    assert all(one.low > other.low and one.high < other.high for one, other in zip(alone, together, strict=True))


def test_a_real_lead_is_found_among_many():
    samples, reference = study(lead=0.0, methods=20)
    found = simultaneous_differences([*samples, samples[0] + 0.1], reference, seed=0)
    assert found[-1].low > 0
    assert found[-1].p < 0.001


def test_nothing_to_compare_is_nothing():
    assert simultaneous_differences([], np.zeros(3), seed=0) == []


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(DataError, match=r"\(4,\) cannot be compared with a reference of \(3,\)"):
        simultaneous_differences([np.zeros(3), np.zeros(4)], np.zeros(3), seed=0)
    with pytest.raises(DataError, match=r"\(3, 1\) cannot be compared"):
        simultaneous_differences([np.zeros((3, 1))], np.zeros((3, 1)), seed=0)
    with pytest.raises(DataError, match="same users, at least one"):
        simultaneous_differences([np.zeros(0)], np.zeros(0), seed=0)
    with pytest.raises(DataError, match="not finite"):
        simultaneous_differences([np.array([np.nan])], np.zeros(1), seed=0)
