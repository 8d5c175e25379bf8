from dataclasses import replace

import pytest

from support.made_up_comparison import make_comparison
from visualtaste.comparison.markdown import markdown


@pytest.fixture(scope="module")
def result():
    return make_comparison(8, users=60)


def section(text: str, heading: str) -> str:
    """A section up to the next of the same level."""
    return text.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def cells(text: str, title: str) -> list[str]:
    line = next(line for line in text.splitlines() if line.strip("| *†").startswith(title))
    return [cell.strip() for cell in line.strip("|").split(" | ")]


def test_the_numbers_are_those_of_the_result(result):
    compared = result.protocols["held-out"]
    found = cells(section(markdown(result), "Held-out"), "Item classifier, noisy-or")
    mean = compared.evaluation.method("noisy_or").scores.mean()
    assert found[1] == "P"
    assert found[2:4] == [f"{mean.precision[14]:.3f}", f"{mean.recall[14]:.3f}"]
    assert found[4].startswith(f"{mean.f1[14]:.3f} (")
    assert found[5:7] == [f"{mean.ndcg[14]:.3f}", f"{mean.r_precision:.3f}"]
    lead = compared.differences["noisy_or"]
    assert found[7].startswith(f"{lead.value:+.3f} (".replace("-", "\N{MINUS SIGN}"))
    assert len(found) == 13


def test_the_thresholded_figures_stand_beside_the_usual_ones(result):
    held_out = section(markdown(result), "Held-out")
    scores = result.protocols["held-out"].evaluation.method("noisy_or").scores
    found = cells(held_out.split("\n### Thresholded\n")[1], "Item classifier, noisy-or")
    both = [curves.mean() for curves in (scores.top, scores.thresholded)]
    assert found[1:] == [f"{getattr(one, name)[14]:.3f}" for one in both for name in ("precision", "recall", "f1")]


def test_every_row_has_a_verdict_in_words(result):
    for line in section(markdown(result), "Held-out").split("\n### ")[0].splitlines():
        if line.startswith("| ") and " P@15 " not in line and "---" not in line and not line.startswith("| *P"):
            found = [cell.strip() for cell in line.strip("|").split(" | ")]
            if found[1]:  # no heading of a group
                assert found[8].split(",")[0] in ("better", "worse", "not told apart", "reference")


def test_methods_given_the_answer_stand_below_under_their_own_heading(result):
    observed = section(markdown(result), "Observed")
    assert "> **The answer is in the input.**" in observed
    ranked, given = observed.split("\n### Given the answer\n")
    for title in ("EASE on categories", "Factorization machine on pictures, categories and items"):
        assert title not in ranked
        assert cells(given.split("\n### ")[0], title)[7:9] == ["", "not compared"]
    assert "Given the answer" not in section(markdown(result), "Held-out")


def test_the_studies_are_tables(result):
    weights = section(markdown(result), "The positive weight")
    point = result.weights[2]
    rows = [line for line in weights.splitlines() if line.startswith("| Average | Observed")]
    assert len(rows) == 5
    found = [cell.strip() for cell in rows[2].strip("|").split(" | ")]
    assert found[2] == "36"
    assert found[5:8] == [f"{kind.ece:.4f}" for kind in (point.raw, point.corrected, point.shifted)]
    assert found[8:] == [f"{kind.brier:.4f}" for kind in (point.raw, point.corrected, point.shifted)]
    assert "+0.014 (+0.006 to +0.022) | better |" in markdown(result)
    assert "+0.003 (\N{MINUS SIGN}0.004 to +0.010) | not told apart |" in markdown(result)


def test_what_is_not_there_is_not_mentioned():
    text = markdown(make_comparison(1, ("held-out",), 30, studies=False, seeds=1, trials=0, folds=1))
    assert "positive weight" not in text
    assert "nothing was tuned" in text
    assert "trainings" not in text
    assert "tested once" not in text
    assert "†" not in text


def test_tables_keep_their_columns_whatever_a_method_is_called(result):
    compared = result.protocols["held-out"]
    contender = compared.contenders["noisy_or"]
    renamed = replace(contender, entry=replace(contender.entry, title="a | b_c <script> *d*"))
    odd = replace(compared, contenders={**compared.contenders, "noisy_or": renamed})
    text = markdown(replace(result, protocols={"held-out": odd}))
    assert r"a \| b\_c \<script\> \*d\*" in text
    assert "<script>" not in text
    for table in text.split("\n\n"):
        if table.startswith("|"):
            assert len({line.replace(r"\|", "").count("|") for line in table.splitlines()}) == 1
