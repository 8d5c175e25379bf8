import pytest

from visualtaste.comparison.settings import PRESETS, ComparisonSettings
from visualtaste.config import PAPER_POOLINGS
from visualtaste.errors import ConfigError


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_valid_and_changes_only_what_it_names(name):
    preset, default = ComparisonSettings.preset(name).model_dump(), ComparisonSettings().model_dump()
    assert preset == default | PRESETS[name]


def test_by_default_everything_is_compared():
    settings = ComparisonSettings()
    assert (settings.methods, settings.folds) == (None, None)
    assert settings.protocols == ("observed", "held-out", "new-interests")
    assert settings.weights == (1, 10, 36, 72, 140)


def test_the_papers_comparison_is_as_published():
    paper = ComparisonSettings.preset("paper")
    assert set(PAPER_POOLINGS) < set(paper.methods)
    assert (paper.protocols, paper.folds, paper.seeds, paper.trials) == (("observed",), (0,), 1, 0)
    assert paper.weights == (10, 36, 72, 140)
    assert not paper.augmentation


def test_an_unknown_preset_is_refused_with_the_nearest():
    with pytest.raises(ConfigError, match=r"no preset 'quik' of comparisons: did you mean 'quick'\?"):
        ComparisonSettings.preset("quik")


def test_an_unknown_key_is_refused_with_the_nearest():
    with pytest.raises(ConfigError, match=r"unknown key 'trails': did you mean 'trials'\?"):
        ComparisonSettings().updated({"trails": 3})


@pytest.mark.parametrize(
    "changes",
    [
        {"methods": ()},
        {"protocols": ()},
        {"protocols": ("seen",)},
        {"folds": ()},
        {"seeds": 0},
        {"trials": -1},
        {"weights": (1, 0)},
    ],
    ids=str,
)
def test_a_comparison_of_nothing_and_wrong_values_are_refused(changes):
    with pytest.raises(ConfigError, match=next(iter(changes))):
        ComparisonSettings().updated(changes)


def test_what_the_command_line_gives_as_text_is_read():
    assert ComparisonSettings().updated({"folds": ["0", "3"]}).folds == (0, 3)


def test_a_copy_leaves_the_original_alone():
    settings = ComparisonSettings()
    assert settings.updated({"seeds": 7}).seeds == 7
    assert settings.seeds == 3


def test_what_is_named_twice_is_meant_once() -> None:
    settings = ComparisonSettings().updated({"protocols": ["held-out", "held-out"], "folds": [1, 0, 1]})
    assert settings.protocols == ("held-out",)
    assert settings.folds == (1, 0)
