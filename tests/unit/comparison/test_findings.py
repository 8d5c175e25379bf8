from dataclasses import replace

import numpy as np
import pytest

from support.made_up_comparison import make_comparison
from visualtaste.comparison.findings import findings
from visualtaste.comparison.groups import group_of


@pytest.fixture(scope="module")
def result():
    return make_comparison(16, users=60, studies=False)


def told(result, protocol):
    return {finding.about: finding.text for finding in dict(findings(result))[protocol]}


def test_the_best_is_named_with_its_figure(result):
    compared = result.protocols["held-out"]
    f1 = {method.name: method.scores.f1[:, 14].mean() for method in compared.evaluation.methods}
    best = max(f1, key=f1.get)
    text = told(result, "Held-out")["Best of 16 methods"]
    assert text.startswith(f"{compared.contenders[best].entry.title}, F1@15 {f1[best]:.3f} (")
    assert f"{f1[best] - f1['average']:+.3f}" in text


def test_methods_given_the_answer_are_never_the_best(result):
    observed = result.protocols["observed"]
    given = [name for name in observed.contenders if observed.given_the_answer(name)]
    assert given == ["ease_categories", "fm_everything"]
    assert observed.evaluation.best.name in given  # they would be
    assert observed.best.name not in given
    text = told(result, "Observed")
    assert "Best of 14 methods" in text
    assert text["Given the answer"].startswith("2 methods")
    assert "Known categories or items against pictures" not in text


@pytest.mark.parametrize("users", [4, 60])  # with four users a few methods cannot be told apart
def test_popularity_is_counted_against(users):
    result = make_comparison(16, ("held-out",), users, studies=False)
    compared = result.protocols["held-out"]
    leads = compared.against("popularity")
    assert set(leads) == {name for name in compared.contenders if name != "popularity"}
    better = sum(lead.low > 0 for lead in leads.values())
    worse = sum(lead.high < 0 for lead in leads.values())
    text = told(result, "Held-out")["Against popularity, the same list for everyone"]
    assert f"{better} better, {worse} worse, {15 - better - worse} not told apart" in text


@pytest.mark.parametrize(
    ("about", "first", "second"),
    [
        ("Known categories or items against pictures", {"known"}, {"features", "item-classifier"}),
        ("Pictures beside known categories", {"blended"}, {"known"}),
    ],
)
def test_the_best_of_two_kinds_are_set_against_each_other(result, about, first, second):
    compared = result.protocols["held-out"]
    a, b = (
        next(method for method in compared.ranked if group_of(compared.contenders[method.name]) in kinds)
        for kinds in (first, second)
    )
    gap = np.mean(compared.f1(a.name) - compared.f1(b.name))
    text = told(result, "Held-out")[about]
    assert text.startswith(f"The best of each: {a.title} is ")
    assert b.title in text
    assert f"{gap:+.3f}".replace("-", "\N{MINUS SIGN}") in text


def test_a_single_method_is_not_compared():
    result = make_comparison(1, ("held-out",), 30, studies=False)
    ((_, found),) = findings(result)
    assert [finding.about for finding in found] == ["The only method"]
    assert "reference" not in found[0].text


def test_the_best_being_the_reference_is_said(result):
    compared = result.protocols["held-out"]
    evaluation = replace(compared.evaluation, reference=compared.best.name)
    same = replace(result, protocols={"held-out": replace(compared, evaluation=evaluation)})
    assert "It is the reference" in told(same, "Held-out")["Best of 16 methods"]
