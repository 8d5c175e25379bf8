"""Options that several training commands share, and how they become one configuration."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from visualtaste.config import PoolingName, TasteConfig
from visualtaste.errors import ConfigError

ConfigOption = Annotated[
    Path | None, typer.Option("--config", "-c", help="TOML file of settings; every key has a default.")
]
PresetOption = Annotated[
    str | None,
    typer.Option("--preset", "-p", help="Start from: default, paper (as published), small (2 cores), quick, shop."),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set", "-s", help="One setting, as in TOML: -s encoder.epochs=4. May be repeated.", metavar="KEY=VALUE"
    ),
]
SeedOption = Annotated[int | None, typer.Option("--seed", help="Seed of all randomness.")]
FoldOption = Annotated[int | None, typer.Option("--fold", help="Which part of the users is tested (0 to 1/test - 1).")]
EncoderOption = Annotated[
    str | None, typer.Option("--encoder", help="Backbone: a hub name, or a folder in the same layout.")
]
PoolingOption = Annotated[PoolingName | None, typer.Option("--pooling", help="How a user's photos become one vector.")]
LearnedProtocolOption = Annotated[
    Literal["observed", "held-out"] | None,
    typer.Option("--protocol", help="What to learn: the shown photos' categories, or those of later purchases."),
]


def build_config(
    config: Path | None,
    preset: str | None,
    settings: list[str] | None,
    base: TasteConfig | None = None,
    **named: Any,
) -> TasteConfig:
    """Lay, over `base`: the preset, the file, the repeated `--set`, and last the options that were given by name.

    `named` maps dotted keys, written with `__` for the dot, to values; None is "not given".
    """
    result = base or TasteConfig()
    content = TasteConfig.read_toml(config) if config else {}
    preset = preset or content.pop("preset", None)
    content.pop("preset", None)
    if preset:
        result = result.with_preset(preset)
    if config:
        result = result.updated(content, source=str(config))
    for assignment in settings or []:
        result = result.updated(_parse_assignment(assignment), source="--set")
    for key, value in named.items():
        if value is not None:
            result = result.updated(_nested(key.split("__"), value), source=f"--{key.split('__')[-1]}")
    return result


def _parse_assignment(text: str) -> dict[str, Any]:
    key, equals, value = text.partition("=")
    if not equals:
        raise ConfigError(f"--set {text}: write KEY=VALUE, such as encoder.epochs=4")
    try:
        return tomllib.loads(f"{key} = {value}")
    except tomllib.TOMLDecodeError:
        # a bare word is what people type for a text value
        return _nested(key.strip().split("."), value.strip())


def _nested(keys: list[str], value: Any) -> dict[str, Any]:
    for key in reversed(keys):
        value = {key: value}
    return dict(value)
