import math
import subprocess
import sys

import pytest

from visualtaste.baselines.space import OneOf, Real, Whole
from visualtaste.comparison.tuning import proposals

SPACE = {
    "rate": Real(1e-4, 1.0, log=True),
    "share": Real(0.2, 0.8),
    "factors": Whole(4, 128, log=True),
    "layers": Whole(1, 3),
    "weighting": OneOf(("cosine", "tfidf")),
    "ids": OneOf((False, True)),
}
DEFAULT = {"rate": 0.01, "share": 0.5, "factors": 32, "layers": 2, "weighting": "cosine", "ids": False, "seen": "all"}


@pytest.fixture(scope="module")
def drawn():
    return proposals(SPACE, DEFAULT, 400, seed=0)


def test_first_the_default_settings_of_what_is_tuned(drawn):
    assert drawn[0] == {name: DEFAULT[name] for name in SPACE}
    assert len(drawn) == 400


def test_all_within_bounds(drawn):
    for name, dimension in SPACE.items():
        values = [settings[name] for settings in drawn]
        if isinstance(dimension, OneOf):
            assert set(values) == set(dimension.values)
        else:
            assert all(dimension.low <= value <= dimension.high for value in values)
        if isinstance(dimension, Whole):
            assert all(isinstance(value, int) for value in values)
    assert {settings["layers"] for settings in drawn} == {1, 2, 3}  # both bounds are possible


@pytest.mark.parametrize(
    ("name", "middle"), [("rate", 1e-2), ("factors", math.sqrt(4 * 128)), ("share", 0.5)], ids=["log", "whole", "even"]
)
def test_half_of_the_values_lie_below_the_middle_of_the_scale(drawn, name, middle):
    """On a logarithmic scale the middle is the geometric mean. 399 fair coins: 200 heads give or take 40."""
    assert 160 < sum(settings[name] < middle for settings in drawn[1:]) < 240


def test_the_seed_decides(drawn):
    assert proposals(SPACE, DEFAULT, 400, seed=0) == drawn
    assert proposals(SPACE, DEFAULT, 400, seed=1)[1:] != drawn[1:]


def test_more_trials_add_to_fewer(drawn):
    assert proposals(SPACE, DEFAULT, 5, seed=0) == drawn[:5]


@pytest.mark.parametrize("trials", [0, 1])
def test_without_trials_the_default_alone(trials):
    assert proposals({"rate": SPACE["rate"]}, DEFAULT, trials, seed=0) == ({"rate": 0.01},)


def test_nothing_to_tune_is_one_proposal_without_settings():
    assert proposals({}, DEFAULT, 8, seed=0) == ({},)


def test_who_does_not_tune_does_not_need_optuna():
    code = (
        "import sys; from visualtaste.comparison.tuning import proposals\n"
        "from visualtaste.baselines.space import Real\n"
        "proposals({'a': Real(0, 1)}, {'a': 0.5}, 1, 0); proposals({}, {}, 9, 0)\n"
        "sys.exit('optuna' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
