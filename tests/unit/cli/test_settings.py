import pytest

from visualtaste.cli.settings import build_config
from visualtaste.config import TasteConfig
from visualtaste.errors import ConfigError


def test_nothing_given_is_the_default():
    assert build_config(None, None, None) == TasteConfig()


def test_each_way_of_setting_lies_over_the_one_before(tmp_path):
    file = tmp_path / "taste.toml"
    file.write_text('preset = "small"\nseed = 1\n[encoder]\nepochs = 7\nfrozen_epochs = 7\nbatch_size = 7\n')
    config = build_config(
        file, None, ["encoder.frozen_epochs=8", "encoder.batch_size=8"], encoder__batch_size=9, interests__pooling=None
    )
    assert (config.encoder.epochs, config.encoder.frozen_epochs, config.encoder.batch_size) == (7, 8, 9)
    assert config.encoder.image_size == 128  # of the preset
    assert config.interests.pooling == TasteConfig().interests.pooling


def test_a_preset_on_the_command_line_replaces_that_of_the_file(tmp_path):
    file = tmp_path / "taste.toml"
    file.write_text('preset = "small"\nseed = 1\n')
    config = build_config(file, "paper", None)
    assert config == TasteConfig.preset("paper").updated({"seed": 1})


def test_a_base_is_kept_where_nothing_is_said():
    base = TasteConfig.preset("small")
    assert build_config(None, None, ["seed=4"], base) == base.updated({"seed": 4})


@pytest.mark.parametrize(
    ("assignment", "value"),
    [
        ("interests.pooling=average", "average"),
        ('interests.pooling="average"', "average"),
        ("interests.pooling = average", "average"),
    ],
)
def test_text_needs_no_quotes(assignment, value):
    assert build_config(None, None, [assignment]).interests.pooling == value


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("encoder.epochs", "KEY=VALUE"),
        ("encoder.epoch=3", "did you mean 'epochs'"),
        ("encoder.epochs=many", "encoder.epochs = 'many'"),
    ],
)
def test_a_wrong_assignment_says_what_is_right(assignment, message):
    with pytest.raises(ConfigError, match=message):
        build_config(None, None, [assignment])
