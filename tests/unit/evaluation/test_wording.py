import pytest

from visualtaste.evaluation.results import Estimate
from visualtaste.evaluation.wording import count, number, percent, signed, signed_span, span, verdict

SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"


def test_numbers():
    assert number(0.64171) == "0.642"
    assert number(-0.5, 1) == f"{MINUS}0.5"
    assert signed(0.0214) == "+0.021"
    assert signed(-0.0214) == f"{MINUS}0.021"
    assert signed(0.0001) == signed(-0.0001) == "0.000"
    assert span(Estimate(0.5, 0.4, 0.6), 2) == "0.40\N{EN DASH}0.60"
    assert signed_span(Estimate(0.0, -0.01, 0.02)) == f"{MINUS}0.010 to +0.020"


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0.0"),
        (0.0004, "< 0.1"),
        (0.023, "2.3"),
        (0.0994, "9.9"),
        (0.0996, "10"),
        (0.5, "50"),
        (0.994, "99.4"),
        (0.9996, "> 99.9"),
        (1, "100"),
    ],
)
def test_percent(share, text):
    assert percent(share) == f"{text}{SPACE}%"


def test_counts():
    assert [count(1, "user"), count(20_000, "user"), count(3, "category"), count(0, "photo")] == [
        "1 user",
        "20,000 users",
        "3 categories",
        "0 photos",
    ]


def test_verdicts():
    assert verdict(None) == "reference"
    assert verdict(Estimate(0.2, 0.1, 0.3)) == "better"
    assert verdict(Estimate(-0.2, -0.3, -0.1)) == "worse"
    assert verdict(Estimate(0.1, -0.1, 0.3)) == verdict(Estimate(0.0, 0.0, 0.0)) == "not told apart"
