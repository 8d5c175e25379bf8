import io

import numpy as np
import pytest
from rich.console import Console

from visualtaste.evaluation.results import Evaluation, MethodResult, SkippedUsers
from visualtaste.evaluation.table import markdown_table, terminal_table
from visualtaste.metrics.ranking import score_users


def printed(evaluation: Evaluation, width: int = 80) -> str:
    stream = io.StringIO()
    Console(file=stream, width=width).print(terminal_table(evaluation))
    return stream.getvalue()


def test_terminal_shows_the_means_best_first(evaluation):
    lines = printed(evaluation, 100).splitlines()
    assert "Simulated shop" in lines[0]
    rows = [line for line in lines if any(method.title in line for method in evaluation.methods)]
    for line, method in zip(rows, evaluation.ranked, strict=True):
        assert method.title in line
        assert f"{method.scores.mean().f1[14]:.3f}" in line
    assert "ref." in rows[-1]
    assert "3 with nothing to predict" in " ".join(" ".join(lines).split())


@pytest.mark.parametrize("methods", [1, 12])
def test_terminal_fits_80_columns(evaluations, methods):
    text = printed(evaluations(methods))
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text


def test_terminal_says_when_the_answer_is_in_the_input(evaluations):
    assert "the answer is in the input" in " ".join(printed(evaluations(2, protocol="observed")).split())
    assert "the answer is in the input" not in " ".join(printed(evaluations(2)).split())


def test_terminal_marks_what_cannot_be_told_apart_and_takes_no_markup_from_names():
    random = np.random.default_rng(0)
    wanted = random.random((40, 30)) < 0.3
    wanted[:, 0] = True
    methods = tuple(
        MethodResult(name, f"[red]{name}[/]", score_users(random.random((40, 30)), wanted)) for name in ("a", "b")
    )
    evaluation = Evaluation("[bold]data[/]", "held-out", 30, methods, "a", draws=100, skipped=(SkippedUsers("[x]", 1),))
    text = printed(evaluation)
    assert "[red]b[/]" in text
    assert "[bold]data[/]" in text
    assert "1 [x]" in text
    assert "≈" in text


def test_markdown_of_a_tiny_evaluation_is_exactly_this():
    """Two users, both alike, so that no draw of them differs: every interval has no width."""
    wanted = np.array([[True, False, True, False]] * 2)
    good = score_users(np.array([[0.9, 0.1, 0.8, 0.2]] * 2), wanted, ks=[2])
    bad = score_users(np.array([[0.9, 0.8, 0.1, 0.2]] * 2), wanted, ks=[2])
    methods = (MethodResult("bad", "Bad | worse", bad), MethodResult("good", "Good", good))
    evaluation = Evaluation("tiny", "held-out", 4, methods, "bad", draws=20)
    assert markdown_table(evaluation).splitlines() == [
        "| Method | Precision@2 | Recall@2 | F1@2 | nDCG@2 | R-precision | ΔF1@2 to reference |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        "| Good | 1.000 (1.000–1.000) | 1.000 (1.000–1.000) | 1.000 (1.000–1.000) | 1.000 (1.000–1.000) | "  # noqa: RUF001
        "1.000 (1.000–1.000) | +0.500 (+0.500 to +0.500) |",  # noqa: RUF001
        "| Bad \\| worse | 0.500 (0.500–0.500) | 0.500 (0.500–0.500) | 0.500 (0.500–0.500) | 0.613 (0.613–0.613) | "  # noqa: RUF001
        "0.500 (0.500–0.500) | reference |",  # noqa: RUF001
        "",
        "Means over 2 test users; 4 categories, of which a user wants 2.0. "
        "In brackets: 95 % bootstrap intervals over users.",
    ]


def test_markdown_warns_in_the_observed_protocol(evaluations):
    assert "The answer is in the input." in markdown_table(evaluations(2, protocol="observed"))
