import pytest

from support.made_up_comparison import make_comparison
from visualtaste.comparison.groups import MOST_LINES, group_of, groups, panels


@pytest.fixture(scope="module")
def held_out():
    return make_comparison(protocols=("held-out",), users=20, studies=False).protocols["held-out"]


def test_groups_go_by_family_and_by_what_is_known(held_out):
    named = {"average": "features", "noisy_or": "item-classifier", "popularity": "baselines"}
    named |= {"ease_categories": "known", "ease_items": "known", "fm_everything": "blended", "average_known": "blended"}
    assert {name: group_of(held_out.contenders[name]) for name in named} == named
    assert [group.name for group in groups(held_out)] == [
        "features",
        "item-classifier",
        "baselines",
        "known",
        "blended",
    ]
    assert [name for group in groups(held_out) for name in group.methods if name == "average"] == ["average"]


def test_every_method_is_in_one_plot_beside_the_reference(held_out):
    shown = panels(held_out)
    everyone = sorted(name for panel in shown for name in panel.methods)
    assert everyone == sorted(name for name in held_out.contenders if name != "average")
    for panel in shown:
        assert len(panel.methods) <= MOST_LINES
        assert {method.name for method in panel.evaluation.methods} == {*panel.methods, "average"}
    assert [panel.title for panel in shown if panel.name.startswith("blended")] == [
        f"Pictures and known categories, {number} of 3" for number in (1, 2, 3)
    ]


def test_a_single_method_has_a_plot():
    (panel,) = panels(make_comparison(1, ("held-out",), 20).protocols["held-out"])
    assert panel.methods == ("average",)
