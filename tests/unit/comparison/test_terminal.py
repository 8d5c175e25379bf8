import io
from dataclasses import replace

import pytest
from rich.console import Console

from support.made_up_comparison import make_comparison
from visualtaste.comparison.terminal import terminal_table


@pytest.fixture(scope="module")
def result():
    return make_comparison(16, users=60, studies=False)


def printed(compared, width: int = 80) -> str:
    stream = io.StringIO()
    Console(file=stream, width=width).print(terminal_table(compared))
    return stream.getvalue()


def test_it_fits_80_columns(result):
    for compared in result.protocols.values():
        text = printed(compared)
        assert max(map(len, text.splitlines())) <= 80
        assert "…" not in text


def test_figures_and_marks(result):
    compared = result.protocols["held-out"]
    lines = printed(compared, 140).splitlines()
    for method in compared.evaluation.methods:
        (line,) = [line for line in lines if line.strip().removesuffix(" ").startswith(f"{method.title}  ")] or [
            line for line in lines if line.strip().startswith(f"{method.title} †")
        ]
        assert f"{method.scores.mean().f1[14]:.3f}" in line
        lead = compared.differences.get(method.name)
        assert ("≈" in line) == (lead is not None and lead.low <= 0 <= lead.high)
        gap = compared.behind_best.get(method.name)
        assert ("†" in line) == (gap is not None and gap.high >= 0)


def test_what_is_given_the_answer_is_last_and_has_no_lead(result):
    text = printed(result.protocols["observed"], 140)
    ranked, given = text.split("Known categories or items alone, given the answer")
    assert "EASE on categories" not in ranked
    assert "EASE on categories" in given
    assert "the answer is in the input" in text
    assert "given the answer" not in printed(result.protocols["held-out"])


def test_titles_are_no_markup(result):
    compared = result.protocols["held-out"]
    contender = compared.contenders["noisy_or"]
    renamed = replace(contender, entry=replace(contender.entry, title="[red]x[/]"))
    assert "[red]x[/]" in printed(replace(compared, contenders={**compared.contenders, "noisy_or": renamed}))
