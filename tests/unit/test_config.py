from __future__ import annotations

from pathlib import Path

import pytest

from visualtaste.config import CurationSettings, SplitSettings, TasteConfig
from visualtaste.errors import ConfigError
from visualtaste.presets import PRESETS
from visualtaste.settings import parse


def load(folder: Path, text: str) -> TasteConfig:
    path = folder / "taste.toml"
    path.write_text(text)
    return TasteConfig.from_toml(path)


def test_the_defaults_are_the_published_schedule_of_stage_1() -> None:
    encoder = TasteConfig().encoder
    assert (encoder.hidden, encoder.dropout, encoder.batch_size, encoder.positive_weight) == (2048, 0.5, 64, 36.0)
    assert (encoder.frozen_epochs, encoder.frozen_learning_rate) == (10, 1e-3)
    assert (encoder.epochs, encoder.learning_rate, encoder.augment) == (20, 1e-4, False)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_valid_and_changes_only_what_it_names(name: str) -> None:
    preset, default = TasteConfig.preset(name).model_dump(), TasteConfig().model_dump()
    for section, values in PRESETS[name].items():
        assert preset[section] == default[section] | values
    for section in default.keys() - PRESETS[name].keys():
        assert preset[section] == default[section]


def test_the_papers_preset_is_as_published() -> None:
    paper = TasteConfig.preset("paper")
    assert (paper.split.test, paper.split.encoder_only, paper.split.max_category_share) == (0.3, 0.5, 1.0)
    interests = paper.interests
    assert (interests.learning_rate, interests.beta1, interests.beta2, interests.positive_weight) == (
        1e-3,
        0.9,
        0.999,
        36,
    )
    assert (interests.weight_decay, interests.patience, interests.subsets) == (0.0, None, False)


def test_a_file_is_laid_over_its_preset(tmp_path: Path) -> None:
    config = load(tmp_path, 'preset = "paper"\nseed = 3\n[interests]\npooling = "average"\nlearning_rate = 0.01\n')
    paper = TasteConfig.preset("paper")
    expected = paper.interests.model_copy(update={"pooling": "average", "learning_rate": 0.01})
    assert config == paper.model_copy(update={"seed": 3, "interests": expected})


def test_an_optional_section_can_be_opened(tmp_path: Path) -> None:
    scratch = load(tmp_path, "[encoder.scratch]\ndepth_multiplier = 0.5\n").encoder.scratch
    assert scratch is not None
    assert scratch.depth_multiplier == 0.5


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sed = 1", r"taste\.toml: unknown key 'sed': did you mean 'seed'\?"),
        ("[encoder]\nepoch = 1", r"unknown key 'encoder\.epoch': did you mean 'epochs'\?"),
        (
            "[encoder.scratch]\ndepth_multiplyer = 1",
            r"unknown key 'encoder\.scratch\.depth_multiplyer': did you mean 'depth_multiplier'\?",
        ),
        ("[split]\nzzz = 1", r"unknown key 'split\.zzz': it is one of seed, test, fold"),
        ("[interests]\npooling = 'mean'", r"interests\.pooling = 'mean': Input should be 'average', 'attention'"),
        ("[encoder]\nhidden = 0", r"encoder\.hidden = 0: Input should be greater than or equal to 1"),
        ("encoder = 3", r"encoder = 3: "),
        ("[split]\nfold = 5", r"taste\.toml: split: fold 5 does not exist: test = 0\.2 makes folds 0 to 4"),
        ("preset = 'papper'", r"there is no preset 'papper': did you mean 'paper'\?"),
        ("preset = ['paper']", r"there is no preset \['paper'\]"),
        ("seed = = 1", r"taste\.toml: not valid TOML"),
    ],
)
def test_a_wrong_file_is_one_line_that_says_what_is_right(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load(tmp_path, text)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: no such file"):
        TasteConfig.from_toml(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="cannot be read"):
        TasteConfig.from_toml(tmp_path)
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match=r"binary\.toml: not valid TOML"):
        TasteConfig.from_toml(binary)


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValueError, match="frozen"):
        TasteConfig().seed = 1  # type: ignore[misc]


def test_bounds_out_of_order_are_refused_in_our_words() -> None:
    with pytest.raises(ConfigError, match=r"^options: max_user_items 3 is below min_user_items 5$"):
        parse(CurationSettings, {"max_user_items": 3}, source="options")


@pytest.mark.parametrize(("test", "folds"), [(0.2, 5), (0.1, 10), (0.3, 3), (1 / 3, 3)])
def test_the_share_of_test_users_tells_the_number_of_folds(test: float, folds: int) -> None:
    assert SplitSettings(test=test, fold=folds - 1).fold == folds - 1
    with pytest.raises(ValueError, match="does not exist"):
        SplitSettings(test=test, fold=folds)
