import pytest

from support.trial_methods import entry
from visualtaste.baselines.known import KNOWN_SPACE
from visualtaste.comparison.entries import choose, companion, entries, networks
from visualtaste.config import POOLING_TITLES, InterestsSettings
from visualtaste.errors import ConfigError

ALL = entries(InterestsSettings(hidden=77))


def test_every_pooling_is_a_method_under_the_same_other_settings():
    found = networks(InterestsSettings(hidden=77))
    assert [one.name for one in found] == list(POOLING_TITLES)
    for one in found:
        assert (one.method.pooling, one.method.hidden, one.trained) == (one.name, 77, True)
        assert one.sees == {"pictures"}


def test_no_name_is_double_even_among_companions():
    names = [one.name for one in ALL] + [known.name for one in ALL if (known := companion(one))]
    titles = [one.title for one in ALL] + [known.title for one in ALL if (known := companion(one))]
    assert len(set(names)) == len(names)
    assert len(set(titles)) == len(titles)


def test_what_may_be_tuned_is_a_setting_of_the_method():
    for one in ALL:
        assert set(one.space) <= set(type(one.method).model_fields), one.name


def test_chosen_by_name_in_their_own_order():
    assert [one.name for one in choose(ALL, ["popularity", "average"])] == ["average", "popularity"]
    assert choose(ALL, None) == ALL


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(ConfigError, match=r"no method 'averge': did you mean 'average'\?"):
        choose(ALL, ["popularity", "averge"])


def test_who_sees_pictures_alone_has_a_companion_that_knows_categories():
    known = companion(entry("snap", sees={"pictures"}, trained=True))
    assert (known.name, known.title) == ("snap_known", "Snap + known categories")
    assert known.sees == {"pictures", "categories"}
    assert known.given_the_answer
    assert (known.space, known.trained) == (KNOWN_SPACE, True)


@pytest.mark.parametrize("sees", [set(), {"categories"}, {"pictures", "categories"}, {"items"}], ids=str)
def test_who_sees_more_or_less_has_none(sees):
    assert companion(entry("other", sees=sees)) is None


def test_factorization_machines_bring_their_own():
    assert companion(entry("fm", sees={"pictures"})) is None
